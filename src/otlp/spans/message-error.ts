import { parseEvent } from '../../events/check/parse-event.js';
import type { MetricEvent } from '../../events/metric-event.js';

/** Whether the vocabulary lets a message say that it failed. */
const messagesMayFail = parseEvent({
  type: 'message',
  role: 'assistant',
  id: 'id',
  run_id: 'run',
  occurred_at: '2026-01-01T00:00:00Z',
  error: true,
}).ok;

/** An event as the vocabulary has it. */
export function asVocabulary(event: MetricEvent): MetricEvent {
  if (messagesMayFail || event.type !== 'message') return event;
  const { error: _error, ...rest } = event as MetricEvent & { error?: unknown };
  return rest as MetricEvent;
}
