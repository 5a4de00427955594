import {
  agreedKind,
  agreedLabelKind,
  earliestStartKind,
  latestKind,
  latestPeriodKind,
} from './extremes.js';
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
  latest_period: latestPeriodKind,
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

/** Each measure is a constant of a declaration, and every statement asks for its kind several times. */
const known = new WeakMap<Measure, Kind>();

/** The kind of a measure. */
export function kindOf(measure: Measure): Kind {
  const existing = known.get(measure);
  if (existing !== undefined) return existing;
  // The name selects the function that accepts the measure, which the compiler cannot infer.
  const kind = (kinds[measure.fold] as (measure: Measure) => Kind)(measure);
  known.set(measure, kind);
  return kind;
}
