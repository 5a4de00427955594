import type { LoggedEvent } from '../../../src/query/log/events.js';
import { type FilterName, filters, isLabelFilter, labelOf } from '../../address/parameters.js';

/** The filters that Live supports, in addition to labels. */
export const liveFilters = [
  'agent_id',
  'model',
  'tool_name',
  'user_id',
  'team_id',
  'status',
] as const;

/** Whether an event passes the filters of the address. */
export function isWanted(event: LoggedEvent, onlyFailed: boolean): boolean {
  if (onlyFailed && event.error !== true && event.status !== 'error') return false;
  const labels = (Object.keys(filters.value) as FilterName[]).filter(isLabelFilter);
  const hasLabels = labels.every((name) =>
    filters.value[name]?.includes(event.labels?.[labelOf(name)] ?? ''),
  );
  if (!hasLabels) return false;
  return liveFilters.every((name) => {
    const values = filters.value[name];
    return values === undefined || values.includes(String(event[name] ?? ''));
  });
}
