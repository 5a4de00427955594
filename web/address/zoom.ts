import { change } from './parameters.js';
import { end, rfc3339 } from './range.js';

/** Narrows the range to some buckets. Back undoes it. */
export function zoomTo(
  buckets: readonly { readonly start: string }[],
  first: number,
  last: number,
): void {
  const from = buckets[first]?.start;
  if (from === undefined) return;
  const to = buckets[last + 1]?.start;
  change({
    range: undefined,
    from: rfc3339(Date.parse(from)),
    to: rfc3339(to === undefined ? end.value : Date.parse(to)),
  });
}
