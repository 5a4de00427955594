import { quartersADay, quartersAnHour } from '../../projections/time-buckets.js';
import type { UsedSource } from './used-sources.js';

/** The units that totals are kept by, with their column and their length in quarters of an hour; the coarsest first. */
export const rangeUnits = [
  { name: 'days', column: 'day', quarters: quartersADay },
  { name: 'hours', column: 'hour', quarters: quartersAnHour },
  { name: 'quarters', column: 'bucket', quarters: 1 },
] as const;

/** A range of units of time since 1970, without its end. */
export interface UnitRange {
  readonly unit: (typeof rangeUnits)[number]['name'];
  readonly from: number;
  readonly to: number;
}

/** The ranges in which a window of quarters of an hour is read: the coarsest units that fit into it, and its ends in finer ones. */
export function windowRanges(source: UsedSource, first: number, end: number): UnitRange[] {
  const ranges: UnitRange[] = [];
  let inner: { readonly from: number; readonly to: number } | undefined;
  for (const { name: unit, quarters } of rangeUnits) {
    if (source[unit] === undefined) continue;
    const from = Math.ceil(first / quarters);
    const to = Math.max(from, Math.floor(end / quarters));
    if (inner === undefined) {
      ranges.push({ unit, from, to });
    } else {
      ranges.push({ unit, from, to: Math.min(to, inner.from / quarters) });
      ranges.push({ unit, from: inner.to / quarters, to });
    }
    inner = { from: from * quarters, to: to * quarters };
  }
  return ranges.filter((range) => range.from < range.to);
}
