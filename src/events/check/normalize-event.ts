import { allEventFields } from '../event-fields.js';
import { isNameValues, withValues } from '../labels.js';
import { metricAliases, metricSums } from '../metric-fields.js';

/** An unchecked object from outside. */
export type RawObject = Record<string, unknown>;

/** Whether a value is an object with fields. */
export function isRawObject(value: unknown): value is RawObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const aliased = allEventFields.flatMap((field) =>
  field.kind === 'code' && field.aliases !== undefined
    ? [{ name: field.name, aliases: field.aliases }]
    : [],
);

/**
 * A copy of an event with derived values filled in: the session id (the run id), sums of metrics
 * such as `total_tokens` (input + output if either is reported), and aliases, such as Agno 2's
 * `duration` for `time` or the role `model` for `assistant`. A Date is converted to a time. Null
 * means the same as an absent field, because many serialisers write null.
 */
export function normalizeEvent(raw: RawObject): RawObject {
  const event = withoutNulls(raw);
  event.session_id ??= event.run_id;
  const at = event.occurred_at;
  // An invalid Date stays, so that the check reports it.
  if (at instanceof Date && !Number.isNaN(at.getTime())) event.occurred_at = at.toISOString();
  for (const { name, aliases } of aliased) {
    const value = event[name];
    if (typeof value === 'string' && Object.hasOwn(aliases, value)) event[name] = aliases[value];
  }
  if (isNameValues(event.labels)) {
    event.labels = withValues(event.labels);
    if (Object.keys(event.labels as RawObject).length === 0) delete event.labels;
  }
  if (isRawObject(event.metrics)) event.metrics = normalizeMetrics(event.metrics);
  return event;
}

function normalizeMetrics(raw: RawObject): RawObject {
  const metrics = withoutNulls(raw);
  for (const [alias, name] of metricAliases) {
    if (metrics[alias] === undefined || metrics[name] !== undefined) continue;
    metrics[name] = metrics[alias];
    delete metrics[alias];
  }
  for (const { name, parts } of metricSums) {
    if (metrics[name] !== undefined) continue;
    const given = parts.map((part) => metrics[part]).filter((value) => value !== undefined);
    if (given.length > 0 && given.every((value) => typeof value === 'number')) {
      metrics[name] = given.reduce((sum, value) => sum + value);
    }
  }
  return metrics;
}

function withoutNulls(raw: RawObject): RawObject {
  // Spreading copies at once; few objects have anything to take out again.
  const copy = { ...raw };
  for (const key in copy) {
    const value = copy[key];
    if (value === null || value === undefined) delete copy[key];
  }
  return copy;
}
