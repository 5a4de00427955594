import { screen } from '../../address/parameters.js';
import {
  csvUrl,
  listQuestion,
  type SessionTotals,
  sessionFilters,
  sessionsUrl,
  useSessions,
} from '../../ask/lists.js';
import { seconds, whole } from '../../figure/figures.js';
import type { Column } from '../../part/data-table.js';
import { AgentCell, agentColours, lasted } from '../../part/total-cells.js';
import { totalColumns } from '../../part/total-columns.js';
import { TotalsList } from '../../part/totals-list.js';

/** Sessions that began in the range, newest first or sorted by a figure, one page at a time. */
export function Sessions() {
  const question = listQuestion(sessionFilters);
  return (
    <TotalsList
      title="Sessions"
      filters={sessionFilters}
      asked={useSessions(question)}
      keyOf={({ session_id }) => session_id}
      columnsOf={columnsOf}
      origin={{ url: sessionsUrl(question), sql: sessionsSql }}
      csv={csvUrl('/v1/sessions', question)}
    />
  );
}

const sessionsSql = `select * from runfold.sessions\nwhere project = 1 and started_at >= now() - interval '28 days'\norder by started_at desc, session_id\nlimit 50;`;

/** The agent that a session began with. For a team, that is its lead. */
const leadOf = ({ root_agent_id, agent_id }: SessionTotals) => root_agent_id ?? agent_id;

function columnsOf(rows: readonly SessionTotals[]): readonly Column<SessionTotals>[] {
  const colours = agentColours(rows.map((row) => ({ agent_id: leadOf(row) })));
  const { started, user, model, calls, runTime, tokens, cost } = totalColumns(rows);
  return [
    started,
    {
      key: 'session',
      head: 'Session',
      cell: ({ session_id }) => (
        <a
          class="id"
          href={screen(`/sessions/${encodeURIComponent(session_id)}`)}
          title={session_id}
        >
          {session_id}
        </a>
      ),
    },
    user,
    {
      key: 'agent',
      head: 'Agent',
      isWide: true,
      cell: (row) => <AgentCell agent={leadOf(row)} colours={colours} />,
    },
    model,
    {
      key: 'runs',
      head: 'Runs',
      sort: 'runs',
      isFigure: true,
      isWide: true,
      cell: ({ runs }) => whole(runs),
    },
    calls,
    {
      key: 'lasted',
      head: 'Lasted',
      isFigure: true,
      isWide: true,
      cell: (row) => seconds(lasted(row)),
    },
    runTime,
    tokens,
    cost,
  ];
}
