import { screen } from '../../address/parameters.js';
import { requestUrl } from '../../ask/service.js';
import { agentOf, type PlacedRun } from '../../ask/steps.js';
import { csvOf, saveText } from '../../figure/csv.js';
import { costOf, none, seconds, whole } from '../../figure/figures.js';
import { Card } from '../../part/card.js';
import { DataTable } from '../../part/data-table.js';
import { Dot } from '../../part/dot.js';
import { Status } from '../../part/status.js';
import { CallsCell, CostCell, lasted, mostOf, TokensCell } from '../../part/total-cells.js';

/** The tree of delegation: each run's own figures, and those with all runs below it. */
export function RunTable({
  runs,
  colours,
}: {
  readonly runs: readonly PlacedRun[];
  readonly colours: ReadonlyMap<string, string>;
}) {
  const [root] = runs;
  const most = mostOf(runs, ({ self }) => self.total_tokens);
  return (
    <Card
      title="Runs it delegated to"
      {...(root === undefined
        ? {}
        : {
            origin: {
              url: requestUrl(`/v1/runs/${encodeURIComponent(root.run.run_id)}/tree`, {
                session_id: root.run.session_id,
              }),
            },
          })}
      csv={() =>
        saveText(
          'runs.csv',
          'text/csv',
          csvOf(
            runs.map(({ run, depth, subtree }) => ({ ...run, depth, subtree_cost: subtree.cost })),
          ),
        )
      }
    >
      <DataTable
        label="Runs"
        rows={runs}
        keyOf={({ run }) => `${run.session_id} ${run.run_id}`}
        columns={[
          {
            key: 'run',
            head: 'Run',
            cell: ({ run, depth }) => (
              <span class={`depth-${Math.min(depth, 8)} named`} title={run.run_id}>
                <Dot colour={colours.get(agentOf(run))} />
                {depth === 0 ? (
                  <b class="text">{agentOf(run)}</b>
                ) : (
                  <a
                    class="text"
                    href={screen(`/runs/${encodeURIComponent(run.run_id)}`, {
                      session: run.session_id,
                    })}
                  >
                    {agentOf(run)}
                  </a>
                )}
              </span>
            ),
          },
          {
            key: 'model',
            head: 'Model',
            isWide: true,
            cell: ({ run }) => <span class="faint text">{run.model ?? none}</span>,
          },
          {
            key: 'status',
            head: 'Status',
            isWide: true,
            cell: ({ run }) => <Status status={run.status} />,
          },
          {
            key: 'calls',
            head: 'Calls',
            isFigure: true,
            isWide: true,
            cell: ({ self }) => <CallsCell calls={self.tool_calls} failed={self.tool_errors} />,
          },
          {
            key: 'wall',
            head: 'Wall clock',
            isFigure: true,
            isWide: true,
            cell: ({ run }) => seconds(run.run_time ?? lasted(run)),
          },
          {
            key: 'tokens',
            head: 'Tokens',
            isFigure: true,
            isWide: 'phone',
            cell: ({ self }) => <TokensCell row={self} most={most} />,
          },
          {
            key: 'itself',
            head: 'Cost itself',
            isFigure: true,
            isWide: true,
            cell: ({ self }) => <CostCell row={self} />,
          },
          {
            key: 'below',
            head: 'With all below',
            isFigure: true,
            cell: ({ subtree }) => <CostCell row={subtree} />,
          },
        ]}
        foot={
          root !== undefined && (
            <tr>
              <th scope="row">{runs.length} runs together</th>
              <td class="wide" />
              <td class="wide" />
              <td class="figure wide">{whole(root.subtree.tool_calls)}</td>
              <td class="wide" />
              <td class="figure phone-wide">{whole(root.subtree.total_tokens)}</td>
              <td class="wide" />
              <td class="figure">{costOf(root.subtree)}</td>
            </tr>
          )
        }
      />
    </Card>
  );
}
