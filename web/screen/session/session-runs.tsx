import type { RunTotals } from '../../ask/lists.js';
import { requestUrl } from '../../ask/service.js';
import { agentOf } from '../../ask/steps.js';
import { coloursOf } from '../../figure/colours.js';
import { csvOf, saveText } from '../../figure/csv.js';
import { costOf, seconds, short } from '../../figure/figures.js';
import { moment } from '../../figure/moments.js';
import { Card } from '../../part/card.js';
import { DataTable } from '../../part/data-table.js';
import { Dot } from '../../part/dot.js';
import { Status } from '../../part/status.js';
import { CallsCell, CostCell, lasted, mostOf, TokensCell } from '../../part/total-cells.js';
import { runHref } from '../runs/runs.js';
import { RunTrack } from './run-track.js';

interface Placed {
  readonly run: RunTotals;
  readonly depth: number;
  /** Dollars of this run and all runs before it. */
  readonly running: number;
  /** How many messages of these runs have no price. */
  readonly unpriced: number;
  readonly tokens: number;
  /** Seconds without a run before this one. */
  readonly pause: number;
}

/** Runs by start, with delegated ones below their parent. Cost and tokens accumulate. */
export function SessionRuns({
  runs,
  isWhole,
}: {
  readonly runs: readonly RunTotals[];
  readonly isWhole: boolean;
}) {
  const placed = placeRuns(runs);
  const session_id = runs[0]?.session_id ?? '';
  const colours = coloursOf('run-agent', [...new Set(runs.map(agentOf))]);
  const most = mostOf(runs, ({ total_tokens }) => total_tokens);
  const starts = runs.flatMap(({ started_at }) =>
    started_at === null ? [] : [Date.parse(started_at)],
  );
  const ends = runs.flatMap(({ ended_at }) => (ended_at === null ? [] : [Date.parse(ended_at)]));
  const first = Math.min(...starts);
  const length = Math.max(1, Math.max(...ends) - first);
  return (
    <Card
      title="Runs"
      origin={{
        url: requestUrl('/v1/runs', { session_id, limit: 1000 }),
        sql: `select * from runfold.runs\nwhere project = 1 and session_id = '${session_id.replaceAll("'", "''")}'\norder by started_at;`,
      }}
      csv={() => saveText('runs.csv', 'text/csv', csvOf(runs))}
    >
      {!isWhole && <p class="note">The first {runs.length} runs of this session.</p>}
      <DataTable
        label="Runs"
        rows={placed}
        keyOf={({ run }) => run.run_id}
        columns={[
          {
            key: 'run',
            head: 'Run',
            cell: ({ run, depth }) => (
              <span class={`depth-${Math.min(depth, 8)} named`}>
                <Dot colour={colours.get(agentOf(run))} />
                <a class="text" href={runHref(run)} title={run.run_id}>
                  {agentOf(run)}
                </a>
              </span>
            ),
          },
          {
            key: 'started',
            head: 'Started',
            isWide: true,
            cell: ({ run }) => (
              <span class="nowrap">{moment(run.started_at, { withSeconds: true })}</span>
            ),
          },
          {
            key: 'status',
            head: 'Status',
            isWide: true,
            cell: ({ run }) => <Status status={run.status} />,
          },
          {
            key: 'when',
            head: 'When',
            isWide: true,
            cell: ({ run, pause }) => (
              <RunTrack
                run={run}
                first={first}
                length={length}
                pause={pause}
                colour={colours.get(agentOf(run))}
              />
            ),
          },
          {
            key: 'lasted',
            head: 'Lasted',
            isFigure: true,
            isWide: true,
            cell: ({ run }) => seconds(run.run_time ?? lasted(run)),
          },
          {
            key: 'calls',
            head: 'Calls',
            isFigure: true,
            isWide: true,
            cell: ({ run }) => <CallsCell calls={run.tool_calls} failed={run.tool_errors} />,
          },
          {
            key: 'tokens',
            head: 'Tokens',
            isFigure: true,
            cell: ({ run }) => <TokensCell row={run} most={most} />,
          },
          {
            key: 'cost',
            head: 'Cost',
            isFigure: true,
            cell: ({ run }) => <CostCell row={run} />,
          },
          {
            key: 'running',
            head: 'So far',
            isFigure: true,
            isWide: true,
            cell: ({ running, tokens, unpriced }) => (
              <span class="faint" title={`${short(tokens)} tokens so far`}>
                {costOf({ cost: running, unpriced_messages: unpriced })}
              </span>
            ),
          },
        ]}
      />
    </Card>
  );
}

function placeRuns(runs: readonly RunTotals[]): readonly Placed[] {
  const ids = new Set(runs.map(({ run_id }) => run_id));
  const children = new Map<string | null, RunTotals[]>();
  for (const run of runs) {
    const parent =
      run.parent_run_id !== null && ids.has(run.parent_run_id) && run.parent_run_id !== run.run_id
        ? run.parent_run_id
        : null;
    children.set(parent, [...(children.get(parent) ?? []), run]);
  }
  const ordered: { run: RunTotals; depth: number }[] = [];
  const seen = new Set<string>();
  const visit = (run: RunTotals, depth: number) => {
    if (seen.has(run.run_id)) return;
    seen.add(run.run_id);
    ordered.push({ run, depth });
    for (const child of children.get(run.run_id) ?? []) visit(child, depth + 1);
  };
  for (const run of children.get(null) ?? []) visit(run, 0);
  // Runs that delegate in a circle have no start, so they come last.
  for (const run of runs) visit(run, 0);
  let [nanos, tokens, unpriced, end] = [0, 0, 0, Number.NaN];
  return ordered.map(({ run, depth }) => {
    nanos += Math.round((run.cost ?? 0) * 1e9);
    tokens += run.total_tokens ?? 0;
    unpriced += run.unpriced_messages;
    const start = Date.parse(run.started_at ?? '');
    const pause = depth === 0 && start > end ? (start - end) / 1000 : 0;
    end = Math.max(Number.isNaN(end) ? 0 : end, Date.parse(run.ended_at ?? '') || 0);
    return { run, depth, running: nanos / 1e9, tokens, unpriced, pause };
  });
}
