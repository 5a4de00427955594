import { describeValue } from '../../events/fault.js';
import {
  type AnyOf,
  type Conditions,
  checkFlag,
  type ProjectOptions,
  prefixOf,
  type TimeRange,
} from '../conditions.js';
import type { LabelFilters } from '../label-filters.js';
import type { PageOptions } from '../page.js';
import { InvalidQueryError } from '../query-errors.js';

/** The filters of a list of totals: columns of its view, each with its allowed values. */
export type TotalsFilters = Readonly<Record<string, AnyOf>>;

/** Settings of every list of totals. */
export interface TotalsPageOptions extends ProjectOptions, TimeRange, PageOptions {
  /** Only ids that begin with this string. */
  readonly id_prefix?: string | undefined;
  /** True lists those in which a run, a message or a tool call failed, false all others. */
  readonly failed?: boolean | undefined;
  /** Only with all of these labels; a session has those of its runs. */
  readonly labels?: LabelFilters | undefined;
  /** Only those that cost at least this, in US dollars. */
  readonly min_cost?: number | undefined;
}

/** One value and a list of this one value are the same filter. */
export const single = (filters: TotalsFilters) =>
  Object.fromEntries(
    Object.entries(filters).map(([name, value]) => [
      name,
      Array.isArray(value) && value.length === 1 ? value[0] : value,
    ]),
  );

export function addChoice(
  where: Conditions,
  { id_prefix, failed, min_cost }: TotalsPageOptions,
  id: string,
  isFailed: string,
): void {
  if (id_prefix !== undefined) {
    const prefix = prefixOf('id_prefix', id_prefix);
    // In byte order, the greatest character ends the range of all strings with this prefix.
    where.add(`${id} >= ${where.parameter(prefix)}`);
    where.add(`${id} < ${where.parameter(`${prefix}\u{10ffff}`)}`);
  }
  checkFlag('failed', failed);
  if (failed !== undefined) where.add(failed ? isFailed : `not ${isFailed}`);
  if (min_cost === undefined) return;
  if (!Number.isFinite(min_cost) || min_cost < 0 || min_cost > 1e9) {
    throw new InvalidQueryError('min_cost', 'US dollars from 0 to 1e9', describeValue(min_cost));
  }
  where.add(`r.cost >= ${where.parameter(min_cost.toFixed(9))}::numeric`);
}
