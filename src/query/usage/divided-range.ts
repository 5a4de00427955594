/**
 * Units of time of one length, counted since 1970: either only some units, or all of a range except
 * some.
 */
export type Units = {
  /** The length of each, in quarters of an hour. */
  readonly quarters: number;
} & (
  | { readonly from: number; readonly to: number; readonly except: readonly number[] }
  | { readonly only: readonly number[] }
);

/**
 * Divides a range of quarters of an hour into units of some lengths, such as days, hours and
 * quarters. Each quarter is in exactly one unit, and no unit crosses an edge of the range or the
 * start of a bucket. A length is left out if most of its units would cross one.
 * @param lengths in quarters of an hour, each a multiple of the next; the last is 1
 */
export function dividedRange(
  { first, end }: { readonly first: number; readonly end: number },
  starts: readonly number[],
  lengths: readonly number[],
): readonly Units[] {
  const edges = [first, end, ...starts.filter((start) => start > first && start < end)];
  const divided: Units[] = [];
  /** The rest to divide, as units of the previous length; undefined is the whole range. */
  let left: { readonly quarters: number; readonly units: readonly number[] } | undefined;
  for (const quarters of lengths) {
    const cut = new Set(
      edges.filter((edge) => edge % quarters !== 0).map((edge) => Math.floor(edge / quarters)),
    );
    if (left === undefined) {
      const [from, to] = [Math.floor(first / quarters), Math.ceil(end / quarters)];
      if (cut.size * 2 >= to - from) continue;
      divided.push({ quarters, from, to, except: [...cut] });
      left = { quarters, units: [...cut] };
      continue;
    }
    const each: number = left.quarters / quarters;
    const units = left.units
      .flatMap((unit) => Array.from({ length: each }, (_, next) => unit * each + next))
      .filter((unit) => (unit + 1) * quarters > first && unit * quarters < end);
    const only = units.filter((unit) => !cut.has(unit));
    if (only.length * 2 <= units.length) continue;
    divided.push({ quarters, only });
    left = { quarters, units: units.filter((unit) => cut.has(unit)) };
  }
  return divided;
}
