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
import { exactMoment, moment } from '../../figure/moments.js';
import { Bar } from '../../part/bar.js';
import { CostStrip } from '../../part/cost-strip.js';
import { type Column, DataTable } from '../../part/data-table.js';
import { FilterBar } from '../../part/filter-bar.js';
import { Given } from '../../part/given.js';
import { Menu } from '../../part/menu.js';
import { Pages } from '../../part/pages.js';
import {
  AgentCell,
  agentColours,
  CallsCell,
  CostCell,
  FilterCell,
  lasted,
  mostOf,
  TokensCell,
} from '../../part/total-cells.js';
import { NothingHere } from '../first/nothing-here.js';

/** Sessions that began in the range, newest first or sorted by a figure, one page at a time. */
export function Sessions() {
  const question = listQuestion(sessionFilters);
  const asked = useSessions(question);
  return (
    <>
      <Bar title="Sessions" hasRange hasLive />
      <FilterBar names={sessionFilters} hasFailed />
      <CostStrip />
      <Given asked={asked} shape={<div class="card shape-table" />}>
        {({ items, next_cursor }) =>
          items.length === 0 ? (
            <NothingHere />
          ) : (
            <section class="card" aria-label="Sessions">
              <DataTable
                label="Sessions"
                rows={items}
                sorted="started_at"
                keyOf={({ session_id }) => session_id}
                columns={columnsOf(items)}
              />
              <footer class="card-foot">
                <Pages next={next_cursor} shown={items.length} />
                <Menu
                  label="Sessions"
                  origin={{ url: sessionsUrl(question), sql: sessionsSql }}
                  csv={csvUrl('/v1/sessions', question)}
                />
              </footer>
            </section>
          )
        }
      </Given>
    </>
  );
}

const sessionsSql = `select * from runfold.sessions\nwhere project = 1 and started_at >= now() - interval '28 days'\norder by started_at desc, session_id\nlimit 50;`;

/** The agent that a session began with. For a team, that is its lead. */
const leadOf = ({ root_agent_id, agent_id }: SessionTotals) => root_agent_id ?? agent_id;

function columnsOf(rows: readonly SessionTotals[]): readonly Column<SessionTotals>[] {
  const colours = agentColours(rows.map((row) => ({ agent_id: leadOf(row) })));
  const mostTokens = mostOf(rows, ({ total_tokens }) => total_tokens);
  const mostCost = mostOf(rows, ({ cost }) => cost);
  return [
    {
      key: 'started',
      head: 'Started',
      sort: 'started_at',
      cell: ({ started_at }) => (
        <span class="nowrap" title={started_at === null ? undefined : exactMoment(started_at)}>
          {moment(started_at)}
        </span>
      ),
    },
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
    {
      key: 'user',
      head: 'User',
      isWide: true,
      cell: ({ user_id }) => <FilterCell name="user_id" value={user_id} />,
    },
    {
      key: 'agent',
      head: 'Agent',
      isWide: true,
      cell: (row) => <AgentCell agent={leadOf(row)} colours={colours} />,
    },
    {
      key: 'model',
      head: 'Model',
      isWide: true,
      cell: ({ model }) => <FilterCell name="model" value={model} />,
    },
    {
      key: 'runs',
      head: 'Runs',
      sort: 'runs',
      isFigure: true,
      isWide: true,
      cell: ({ runs }) => whole(runs),
    },
    {
      key: 'calls',
      head: 'Calls',
      sort: 'tool_calls',
      isFigure: true,
      isWide: true,
      cell: ({ tool_calls, tool_errors }) => <CallsCell calls={tool_calls} failed={tool_errors} />,
    },
    {
      key: 'lasted',
      head: 'Lasted',
      sort: 'run_time',
      isFigure: true,
      isWide: true,
      cell: (row) => seconds(lasted(row)),
    },
    {
      key: 'tokens',
      head: 'Tokens',
      sort: 'total_tokens',
      isFigure: true,
      isWide: 'phone',
      cell: (row) => <TokensCell row={row} most={mostTokens} />,
    },
    {
      key: 'cost',
      head: 'Cost',
      sort: 'cost',
      isFigure: true,
      cell: (row) => <CostCell row={row} most={mostCost} />,
    },
  ];
}
