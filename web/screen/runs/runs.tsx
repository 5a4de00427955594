import { screen } from '../../address/parameters.js';
import {
  csvUrl,
  listQuestion,
  type RunTotals,
  runFilters,
  runsUrl,
  useRuns,
} from '../../ask/lists.js';
import { none, seconds } from '../../figure/figures.js';
import { exactMoment, moment } from '../../figure/moments.js';
import { Bar } from '../../part/bar.js';
import { CostStrip } from '../../part/cost-strip.js';
import { type Column, DataTable } from '../../part/data-table.js';
import { FilterBar } from '../../part/filter-bar.js';
import { Given } from '../../part/given.js';
import { Menu } from '../../part/menu.js';
import { Pages } from '../../part/pages.js';
import { Status } from '../../part/status.js';
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

/** The address of a run's screen. */
export const runHref = ({ run_id, session_id }: Pick<RunTotals, 'run_id' | 'session_id'>) =>
  screen(`/runs/${encodeURIComponent(run_id)}`, {
    session: session_id === run_id ? undefined : session_id,
  });

/** Runs that began in the range, newest first or sorted by a figure, one page at a time. */
export function Runs() {
  const question = listQuestion(runFilters);
  const asked = useRuns(question);
  return (
    <>
      <Bar title="Runs" hasRange hasLive />
      <FilterBar names={runFilters} hasFailed />
      <CostStrip />
      <Given asked={asked} shape={<div class="card shape-table" />}>
        {({ items, next_cursor }) =>
          items.length === 0 ? (
            <NothingHere />
          ) : (
            <section class="card" aria-label="Runs">
              <DataTable
                label="Runs"
                rows={items}
                sorted="started_at"
                keyOf={({ session_id, run_id }) => `${session_id} ${run_id}`}
                columns={columnsOf(items)}
              />
              <footer class="card-foot">
                <Pages next={next_cursor} shown={items.length} />
                <Menu
                  label="Runs"
                  origin={{
                    url: runsUrl(question),
                    sql: 'select * from runfold.runs\nwhere project = 1\norder by started_at desc, session_id, run_id\nlimit 50;',
                  }}
                  csv={csvUrl('/v1/runs', question)}
                />
              </footer>
            </section>
          )
        }
      </Given>
    </>
  );
}

function columnsOf(rows: readonly RunTotals[]): readonly Column<RunTotals>[] {
  const colours = agentColours(rows);
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
      key: 'run',
      head: 'Run',
      cell: (run) => (
        <>
          <a class="id" href={runHref(run)} title={run.run_id}>
            {run.run_id}
          </a>
          {run.status === 'error' && <small class="narrow-only failed-text"> failed</small>}
        </>
      ),
    },
    {
      key: 'status',
      head: 'Status',
      isWide: true,
      cell: ({ status }) => <Status status={status} />,
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
    {
      key: 'calls',
      head: 'Calls',
      sort: 'tool_calls',
      isFigure: true,
      isWide: true,
      cell: ({ tool_calls, tool_errors }) => <CallsCell calls={tool_calls} failed={tool_errors} />,
    },
    {
      key: 'first',
      head: 'First token',
      isFigure: true,
      isWide: true,
      cell: ({ time_to_first_token }) =>
        time_to_first_token === null ? none : seconds(time_to_first_token),
    },
    {
      key: 'lasted',
      head: 'Lasted',
      sort: 'run_time',
      isFigure: true,
      isWide: true,
      cell: (row) => seconds(row.run_time ?? lasted(row)),
    },
    {
      key: 'tokens',
      head: 'Tokens',
      sort: 'total_tokens',
      isFigure: true,
      isWide: true,
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
