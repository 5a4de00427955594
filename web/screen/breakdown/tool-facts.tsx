import type { UsageRow } from '../../ask/usage.js';
import { percent, seconds, whole } from '../../figure/figures.js';
import { Change } from '../../part/change.js';
import { Facts } from '../../part/facts.js';
import { changeOf } from '../overview/metrics.js';

/** The figures of one tool in the range, each with its change against the previous period. */
export function ToolFacts({
  row,
  before,
}: {
  readonly row: UsageRow;
  readonly before: UsageRow | undefined;
}) {
  return (
    <Facts
      items={[
        {
          name: 'Calls',
          value: whole(row.tool_calls),
          note: <Change value={changeOf(row.tool_calls, before?.tool_calls)} />,
        },
        {
          name: 'Failed',
          value: `${whole(row.tool_errors)} · ${percent(row.error_rate)}`,
          note: <Change value={changeOf(row.error_rate, before?.error_rate)} isBad />,
        },
        { name: 'p50', value: seconds(row.tool_time_p50) },
        {
          name: 'p95',
          value: seconds(row.tool_time_p95),
          note: <Change value={changeOf(row.tool_time_p95, before?.tool_time_p95)} isBad />,
        },
        { name: 'p99', value: seconds(row.tool_time_p99) },
        { name: 'Total time', value: seconds(row.tool_time) },
      ]}
    />
  );
}
