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

/**
 * A measure: the content of one column of a projection. Corrections add to sums, and to counts that
 * say so.
 */
export type Measure = Parameters<(typeof kinds)[keyof typeof kinds]>[0];

/** The kind of a measure. */
export function kindOf(measure: Measure): Kind {
  // The name selects the function that accepts the measure, which the compiler cannot infer.
  return (kinds[measure.fold] as (measure: Measure) => Kind)(measure);
}
