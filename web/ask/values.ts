import type { FilterName } from '../address/parameters.js';
import { rfc3339, span } from '../address/range.js';
import { service } from './service.js';

const statuses = ['completed', 'error', 'cancelled'];

/** The suggested values of a filter: those with the highest cost in the range. */
export async function valuesOf(name: FilterName): Promise<readonly string[]> {
  if (name === 'status') return statuses;
  const { from, to } = span.value;
  const { rows } = await service.getUsage({
    from: rfc3339(from),
    to: to === undefined ? undefined : rfc3339(to),
    group_by: [name],
    order_by: name === 'tool_name' ? 'tool_calls' : 'cost',
    top: 200,
    quantiles: false,
    figures: [name === 'tool_name' ? 'tool_calls' : 'cost'],
  });
  return rows.map((row) => row[name]).filter((value) => value != null);
}
