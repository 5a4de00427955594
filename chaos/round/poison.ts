import { parseEvent } from '#runfold/events/check/parse-event.js';
import type { MetricEvent } from '#runfold/events/metric-event.js';
import type { SpanItem } from '#runfold/otlp/spans/span-item.js';
import type { Random } from './random.js';

/** A job that is added to the queue by hand, and its expected outcome. */
export interface RawJob {
  readonly job_id: string;
  readonly data: unknown;
  /** Its events that must be in the log. */
  readonly good: readonly MetricEvent[];
  /** Indexes in it that must be among the rejects. */
  readonly bad: readonly number[];
  /** Its spans, if it is a job of spans. */
  readonly spans?: readonly SpanItem[];
}

/** An invalid job, or a job in which some events are invalid. */
export function poisonJob(random: Random, job_id: string, project: number, name: string): RawJob {
  if (random.chance(0.3)) {
    const data = random.pick<unknown>([
      { something: 'else' },
      { v: 99, project, events: [] },
      { v: 1, project: -1, events: [] },
      { v: 1, project, events: 'no JSON' },
      { v: 1, project, events: { '0': {} } },
    ]);
    return { job_id, data, good: [], bad: [0] };
  }
  const count = random.whole(1, 8);
  const good: MetricEvent[] = [];
  const bad: number[] = [];
  const events = Array.from({ length: count }, (_, at) => {
    if (random.chance(0.5)) {
      bad.push(at);
      return random.pick<unknown>([
        null,
        'text',
        {},
        { ...plain(`${job_id}-${at}`, name), metrics: { input_tokens: -1 } },
        { ...plain(`${job_id}-${at}`, name), occurred_at: 'yesterday' },
        { ...plain(`${job_id}-${at}`, name), run_id: 'nul \0 inside' },
        { ...plain(`${job_id}-${at}`, name), metrics: { input_tokens: 2_147_483_648 } },
      ]);
    }
    const parsed = parseEvent(plain(`${job_id}-${at}`, name));
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
    good.push(parsed.event);
    return parsed.event;
  });
  return { job_id, data: { v: 1, project, events: JSON.stringify(events) }, good, bad };
}

const plain = (id: string, name: string) => ({
  type: 'message',
  role: 'assistant',
  id,
  session_id: `poisoned-${name}`,
  run_id: 'run-0',
  occurred_at: '2026-01-05T12:00:00Z',
  model: 'unlisted-model-0',
  metrics: { input_tokens: 7, output_tokens: 3, time: 0.5 },
});
