import {
  isSummable,
  type MetricName,
  metricColumn,
  metricFields,
  storedUnits,
} from '../events/metric-fields.js';
import type { Measure } from './measures/kinds.js';
import { runProjection } from './run.js';

const summed = new Set(
  Object.values<Measure>(runProjection.measures).flatMap((measure) =>
    measure.fold === 'sum' ? [measure.of] : [],
  ),
);

/** The figures that totals sum, with their stored units: only these can be corrected. */
export const summedFigures: ReadonlyMap<MetricName, number> = new Map(
  metricFields.flatMap((field) =>
    isSummable(field) && summed.has(metricColumn(field))
      ? [[field.name, storedUnits[field.kind]] as const]
      : [],
  ),
);
