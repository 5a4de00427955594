import { screen } from '../../address/parameters.js';
import {
  listQuestion,
  type SessionTotals,
  sessionFilters,
  sessionsUrl,
  useSessions,
} from '../../ask/lists.js';
import { csvOf, saveText } from '../../figure/csv.js';
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

/** Sessions that began in the range, newest first, a page of them at a time. */
export function Sessions() {
  const question = listQuestion(sessionFilters);
  const asked = useSessions(question);
  return (
    <>
      <Bar title="Sessions" hasRange hasLive />
      <FilterBar names={sessionFilters} />
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
                keyOf={({ session_id }) => session_id}
                columns={columnsOf(items)}
              />
              <footer class="card-foot">
                <Pages next={next_cursor} shown={items.length} />
                <Menu
                  label="Sessions"
                  origin={{ url: sessionsUrl(question), sql: sessionsSql }}
                  csv={() => saveText('sessions.csv', 'text/csv', csvOf(items))}
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

function columnsOf(rows: readonly SessionTotals[]): readonly Column<SessionTotals>[] {
  const colours = agentColours(rows);
  const mostTokens = mostOf(rows, ({ total_tokens }) => total_tokens);
  const mostCost = mostOf(rows, ({ cost }) => cost);
  return [
    {
      key: 'started',
      head: 'Started',
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
      cell: ({ agent_id }) => <AgentCell agent={agent_id} colours={colours} />,
    },
    {
      key: 'model',
      head: 'Model',
      isWide: true,
      cell: ({ model }) => <FilterCell name="model" value={model} />,
    },
    { key: 'runs', head: 'Runs', isFigure: true, isWide: true, cell: ({ runs }) => whole(runs) },
    {
      key: 'calls',
      head: 'Calls',
      isFigure: true,
      isWide: true,
      cell: ({ tool_calls, tool_errors }) => <CallsCell calls={tool_calls} failed={tool_errors} />,
    },
    {
      key: 'lasted',
      head: 'Lasted',
      isFigure: true,
      isWide: true,
      cell: (row) => seconds(lasted(row)),
    },
    {
      key: 'tokens',
      head: 'Tokens',
      isFigure: true,
      cell: (row) => <TokensCell row={row} most={mostTokens} />,
    },
    {
      key: 'cost',
      head: 'Cost',
      isFigure: true,
      cell: ({ cost }) => <CostCell cost={cost} most={mostCost} />,
    },
  ];
}
