import { agreedKind, agreedLabelKind, earliestStartKind, latestKind } from './extremes.js';
import type { Kind } from './kind.js';
import { histogramKind } from './levels.js';
import { firstKind, lastKind, lastStatusKind } from './placed.js';
import { countKind, rowsKind, sumKind } from './sums.js';

/** The kinds of measures, by their names in declarations. */
const kinds = {
  count: countKind,
  rows: rowsKind,
  sum: sumKind,
  earliest_start: earliestStartKind,
  latest: latestKind,
  first: firstKind,
  last: lastKind,
  last_status: lastStatusKind,
  agreed: agreedKind,
  agreed_label: agreedLabelKind,
  histogram: histogramKind,
};

/** A measure: what one column of a projection holds. Corrections add to sums, and to a count that says so. */
export type Measure = Parameters<(typeof kinds)[keyof typeof kinds]>[0];

/** What a measure is. */
export function kindOf(measure: Measure): Kind {
  // The word names the kind that takes the measure: the compiler cannot follow it through the list.
  return (kinds[measure.fold] as (measure: Measure) => Kind)(measure);
}
