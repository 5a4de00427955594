import type { Step } from '../../ask/steps.js';
import { csvOf, saveText } from '../../figure/csv.js';
import { dollars, seconds, whole } from '../../figure/figures.js';
import { moment } from '../../figure/moments.js';
import { Card } from '../../part/card.js';
import { DataTable } from '../../part/data-table.js';

/** The maximum number of rows in the table. The timeline shows any number. */
const mostRows = 1_000;

/** The steps as rows of figures. */
export function StepTable({
  steps,
  hasAll,
}: {
  readonly steps: readonly Step[];
  readonly hasAll: boolean;
}) {
  return (
    <Card
      title="Steps"
      actions={
        <button
          type="button"
          class="button"
          disabled={!hasAll}
          onClick={() => saveText('steps.csv', 'text/csv', csvOf(steps))}
        >
          CSV
        </button>
      }
    >
      {steps.length > mostRows && (
        <p class="note">
          The first {whole(mostRows)} of {whole(steps.length)}; CSV has all.
        </p>
      )}
      <DataTable
        label="Steps"
        rows={steps.slice(0, mostRows)}
        keyOf={({ id, run_id }) => `${run_id} ${id}`}
        columns={[
          {
            key: 'ended',
            head: 'Ended',
            isWide: 'phone',
            cell: ({ occurred_at }) => (
              <span class="nowrap">{moment(occurred_at, { withSeconds: true })}</span>
            ),
          },
          {
            key: 'what',
            head: 'Step',
            cell: ({ name, is_failed, error_text }) => (
              <span class="breaking">
                {name} {is_failed && <span class="failed-text">{error_text ?? 'failed'}</span>}
              </span>
            ),
          },
          {
            key: 'agent',
            head: 'Agent',
            isWide: true,
            cell: ({ agent }) => <span class="text">{agent}</span>,
          },
          {
            key: 'input',
            head: 'Input',
            isFigure: true,
            isWide: true,
            cell: ({ input_tokens }) => whole(input_tokens),
          },
          {
            key: 'cached',
            head: 'Cached',
            isFigure: true,
            isWide: true,
            cell: ({ cached_tokens }) => whole(cached_tokens),
          },
          {
            key: 'output',
            head: 'Output',
            isFigure: true,
            isWide: true,
            cell: ({ output_tokens }) => whole(output_tokens),
          },
          {
            key: 'first',
            head: 'First token',
            isFigure: true,
            isWide: true,
            cell: ({ time_to_first_token }) => seconds(time_to_first_token),
          },
          { key: 'time', head: 'Time', isFigure: true, cell: ({ time }) => seconds(time) },
          { key: 'cost', head: 'Cost', isFigure: true, cell: ({ cost }) => dollars(cost) },
          {
            key: 'source',
            head: 'Cost source',
            isWide: true,
            cell: ({ cost_source }) => <span class="faint">{cost_source ?? ''}</span>,
          },
        ]}
      />
    </Card>
  );
}
