/** An object as it came from outside. */
export type RawObject = Record<string, unknown>;

/** Whether a value is an object with fields. */
export function isRawObject(value: unknown): value is RawObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * A copy of an event with what follows from it filled in: the session id (the run id),
 * `total_tokens` (input + output where either is reported), Agno 2's `duration` as `time`, and the
 * role `model` as `assistant`. A Date is read as the time it stands for. A null means the same as an absent field: many serialisers write
 * one for the other.
 */
export function normalizeEvent(raw: RawObject): RawObject {
  const event = withoutNulls(raw);
  event.session_id ??= event.run_id;
  const at = event.occurred_at;
  // An invalid Date stays as it is, to be named.
  if (at instanceof Date && !Number.isNaN(at.getTime())) event.occurred_at = at.toISOString();
  if (event.role === 'model') event.role = 'assistant';
  if (isRawObject(event.metrics)) event.metrics = normalizeMetrics(event.metrics);
  return event;
}

function normalizeMetrics(raw: RawObject): RawObject {
  const metrics = withoutNulls(raw);
  if (metrics.duration !== undefined && metrics.time === undefined) {
    metrics.time = metrics.duration;
    delete metrics.duration;
  }
  if (metrics.total_tokens === undefined) {
    const { input_tokens: input, output_tokens: output } = metrics;
    if (typeof input === 'number' && typeof output === 'number') {
      metrics.total_tokens = input + output;
    } else if (typeof (input ?? output) === 'number' && (input ?? output) === (output ?? input)) {
      metrics.total_tokens = input ?? output;
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
