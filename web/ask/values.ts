import { type FilterName, isLabelFilter, labelOf } from '../address/parameters.js';
import { rfc3339, span } from '../address/range.js';
import type { RunTotals } from './lists.js';
import { service } from './service.js';

const statuses: readonly NonNullable<RunTotals['status']>[] = [
  'completed',
  'error',
  'cancelled',
  'paused',
];
/** The maximum number of suggested values. */
const mostValues = 200;

/** The suggested values of a filter: all values of a label, otherwise those with the highest cost in the range. */
export async function valuesOf(name: FilterName): Promise<readonly string[]> {
  if (name === 'status') return statuses;
  if (isLabelFilter(name)) {
    const page = await service.listLabelValues({ name: labelOf(name), limit: mostValues });
    return page.items.map(({ value }) => value);
  }
  const { from, to } = span.value;
  const { rows } = await service.getUsage({
    from: rfc3339(from),
    to: to === undefined ? undefined : rfc3339(to),
    group_by: [name],
    order_by: name === 'tool_name' ? 'tool_calls' : 'cost',
    top: mostValues,
    quantiles: false,
    figures: [name === 'tool_name' ? 'tool_calls' : 'cost'],
  });
  return rows.map((row) => row[name]).filter((value) => value != null);
}

/** The names of the labels that events have. */
export async function labelNames(): Promise<readonly string[]> {
  const { items } = await service.listLabels({ limit: mostValues, values: 0 });
  return items.map(({ name }) => name);
}
