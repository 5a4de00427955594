import { nearestName } from '../../events/check/nearest-name.js';
import { type MetricName, type Metrics, metricFields } from '../../events/metric-fields.js';
import { UsageError } from '../command/command-error.js';

const shape = /^([a-z_]+)=(\d+(?:\.\d*)?(?:e[+-]?\d+)?|\.\d+(?:e[+-]?\d+)?)$/i;

/** Reads `--set name=value`, given at least once. @throws UsageError */
export function readFigures(texts: readonly string[]): Metrics {
  const figures: Partial<Record<MetricName, unknown>> = {};
  for (const text of texts) {
    const [, name, value] = shape.exec(text) ?? [];
    const field = metricFields.find((known) => known.name === name);
    if (name !== undefined && field === undefined) {
      const names = metricFields.map((metric) => metric.name);
      const expected = nearestName(name, names) ?? `one of ${names.join(', ')}`;
      throw new UsageError(`--set: expected ${expected}, got ${JSON.stringify(name)}.`);
    }
    if (field === undefined) {
      throw new UsageError(
        `--set: expected <metric>=<number>, such as input_tokens=123, got ${JSON.stringify(text)}.`,
      );
    }
    if (figures[field.name] !== undefined) {
      throw new UsageError(`--set: expected ${field.name} once, got it twice.`);
    }
    figures[field.name] = Number(value);
  }
  // Metrics that cannot be set, such as objects, are refused by the code that knows the limits.
  return figures as Metrics;
}
