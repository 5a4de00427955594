import { parameter, screen } from '../../address/parameters.js';
import {
  csvUrl,
  listQuestion,
  type RunTotals,
  runFilters,
  runsUrl,
  useRuns,
} from '../../ask/lists.js';
import { none, seconds } from '../../figure/figures.js';
import type { Column } from '../../part/data-table.js';
import { Status } from '../../part/status.js';
import { AgentCell, agentColours, lasted } from '../../part/total-cells.js';
import { totalColumns } from '../../part/total-columns.js';
import { TotalsList } from '../../part/totals-list.js';

/** The address of a run's screen. */
export const runHref = ({ run_id, session_id }: Pick<RunTotals, 'run_id' | 'session_id'>) =>
  screen(`/runs/${encodeURIComponent(run_id)}`, {
    session: session_id === run_id ? undefined : session_id,
  });

/** Runs that began in the range, newest first or sorted by a figure, one page at a time. */
export function Runs() {
  const isUnended = parameter('ended') === 'false';
  const question = listQuestion(runFilters, { ended: isUnended ? false : undefined });
  return (
    <TotalsList
      title="Runs"
      filters={runFilters}
      hasUnended
      asked={useRuns(question)}
      keyOf={({ session_id, run_id }) => `${session_id} ${run_id}`}
      columnsOf={columnsOf}
      origin={{ url: runsUrl(question), sql: runsSql }}
      csv={csvUrl('/v1/runs', question)}
    />
  );
}

const runsSql =
  'select * from runfold.runs\nwhere project = 1\norder by started_at desc, session_id, run_id\nlimit 50;';

function columnsOf(rows: readonly RunTotals[]): readonly Column<RunTotals>[] {
  const colours = agentColours(rows);
  const { started, user, model, calls, runTime, tokens, cost } = totalColumns(rows);
  return [
    started,
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
      key: 'parent',
      head: 'Parent',
      isWide: true,
      cell: ({ parent_run_id, session_id }) =>
        parent_run_id === null ? (
          <span class="faint">{none}</span>
        ) : (
          <a
            class="id"
            href={runHref({ run_id: parent_run_id, session_id })}
            title={`Delegated by ${parent_run_id}`}
          >
            {parent_run_id}
          </a>
        ),
    },
    {
      key: 'status',
      head: 'Status',
      isWide: true,
      cell: ({ status }) => <Status status={status} />,
    },
    user,
    {
      key: 'agent',
      head: 'Agent',
      isWide: true,
      cell: ({ agent_id }) => <AgentCell agent={agent_id} colours={colours} />,
    },
    model,
    calls,
    {
      key: 'first',
      head: 'First token',
      isFigure: true,
      isWide: true,
      cell: ({ time_to_first_token }) => seconds(time_to_first_token),
    },
    { ...runTime, head: 'Lasted', cell: (row) => seconds(row.run_time ?? lasted(row)) },
    tokens,
    cost,
  ];
}
