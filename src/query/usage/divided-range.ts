import type { TimeUnit } from '../../projections/time-buckets.js';

/** Units of time of one kind: either only some units, or all of a range except some. */
export type Units = { readonly unit: TimeUnit } & (
  | { readonly from: number; readonly to: number; readonly except: readonly number[] }
  | { readonly only: readonly number[] }
);

/**
 * Divides a range of quarters of an hour into units of time of some kinds, such as months, days, hours and
 * quarters. Each quarter is in exactly one unit, and no unit crosses an edge of the range or the
 * start of a bucket. A kind is left out if more than two thirds of its time are in units that would cross one.
 * @param kinds each consists of whole units of the next; the last is the quarter
 */
export function dividedRange(
  { first, end }: { readonly first: number; readonly end: number },
  starts: readonly number[],
  kinds: readonly TimeUnit[],
): readonly Units[] {
  const edges = [first, end, ...starts.filter((start) => start > first && start < end)];
  const divided: Units[] = [];
  /** The rest to divide, as units of the previous kind; undefined is the whole range. */
  let left: { readonly unit: TimeUnit; readonly units: readonly number[] } | undefined;
  for (const unit of kinds) {
    const cut = new Set(
      edges
        .map((edge) => ({ edge, at: unit.of(edge) }))
        .filter(({ edge, at }) => unit.startOf(at) !== edge)
        .map(({ at }) => at),
    );
    if (left === undefined) {
      const [from, to] = [unit.of(first), unit.next(unit.of(end - 1))];
      const all = unit.startOf(to) - unit.startOf(from);
      const crossed = [...cut].map((at) => unit.startOf(unit.next(at)) - unit.startOf(at));
      if ((all - crossed.reduce((sum, length) => sum + length, 0)) * 3 < all) continue;
      divided.push({ unit, from, to, except: [...cut] });
      left = { unit, units: [...cut] };
      continue;
    }
    const coarse: TimeUnit = left.unit;
    const units = left.units
      .flatMap((at) => within(unit, coarse.startOf(at), coarse.startOf(coarse.next(at))))
      .filter((at) => unit.startOf(unit.next(at)) > first && unit.startOf(at) < end);
    const only = units.filter((at) => !cut.has(at));
    if (only.length === 0 || only.length * 3 < units.length) continue;
    divided.push({ unit, only });
    left = { unit, units: units.filter((at) => cut.has(at)) };
  }
  return divided;
}

/** The units from one quarter of an hour to another. */
function within(unit: TimeUnit, first: number, end: number): number[] {
  const found: number[] = [];
  for (let at = unit.of(first); unit.startOf(at) < end; at = unit.next(at)) found.push(at);
  return found;
}
