import type { QueueGauge } from '../../queue/queue-gauge.js';
import { ProblemError } from '../problems/problem.js';

/** Whether the queue has room for more. */
export interface QueueRoom {
  /** @throws ProblemError 429 with Retry-After while a queue holds too many jobs */
  expect(): void;
  close(): Promise<void>;
}

/** How often the queue is read, in milliseconds. */
const lookMs = 1_000;
/** Seconds after which a client may retry: a full queue does not become empty at once. */
const retryAfterSeconds = 5;

/**
 * Reads the queue every second. If the queue does not respond, the last reading is used, and
 * sending reports the outage.
 */
export function createQueueRoom(gauge: QueueGauge, mostJobs: number): QueueRoom {
  if (mostJobs === Number.POSITIVE_INFINITY) {
    return { expect: () => undefined, close: async () => undefined };
  }
  let fullest = { name: '', jobs: 0 };
  const look = async () => {
    const { queues, ...all } = await gauge.read(lookMs / 2);
    const each = queues === undefined ? [['', all] as const] : [...queues];
    const sizes = each.map(([name, { jobs }]) => ({
      name,
      jobs: (jobs.waiting ?? 0) + (jobs.delayed ?? 0),
    }));
    fullest = sizes.reduce((most, one) => (one.jobs > most.jobs ? one : most), {
      name: '',
      jobs: 0,
    });
  };
  const lookQuietly = () => void look().catch(() => undefined);
  lookQuietly();
  const timer = setInterval(lookQuietly, lookMs).unref();
  return {
    expect() {
      if (fullest.jobs <= mostJobs) return;
      const which = fullest.name === '' ? 'the queue' : `the queue ${fullest.name}`;
      throw new ProblemError(
        'queue_full',
        `Events arrive faster than they are folded: ${which} has ${fullest.jobs} jobs, and the limit is ${mostJobs}. Send the events again later.`,
        { headers: { 'retry-after': String(retryAfterSeconds) } },
      );
    },
    close: async () => clearInterval(timer),
  };
}
