import { randomUUID } from 'node:crypto';
import type { Queue } from 'bullmq';
import { QueueUnavailableError } from '../../ingest/producer-errors.js';
import type { SpanItem } from '../../otlp/spans/span-item.js';
import { jobName, jobOptions, SpanJob } from '../../queue/job.js';
import { openQueue } from '../../queue/open-queue.js';
import type { QueueTarget } from '../../queue/queue-target.js';
import type { HttpLimits } from './http-limits.js';

/** Puts spans on the queue. */
export interface SpanSender {
  /**
   * Resolves when the queue durably has the spans.
   * @throws QueueUnavailableError when it does not answer, or has too much to take already.
   */
  send(project: number, spans: readonly SpanItem[]): Promise<void>;
  close(): Promise<void>;
}

/** Spans in one job. */
const jobSpans = 500;

export function createSpanSender(options: {
  readonly queue: QueueTarget;
  readonly limits: HttpLimits;
  readonly onError: (error: Error) => void;
}): SpanSender {
  const { queue: target, limits, onError } = options;
  let opening: Promise<Queue> | undefined;
  let inFlight = 0;
  /** Whether the last attempt failed; then one request at a time finds out whether the queue is back. */
  let isAway = false;
  let lastError: unknown;

  const open = async (): Promise<Queue> => {
    opening ??= openQueue(target, { onError });
    try {
      return await opening;
    } catch (error) {
      opening = undefined;
      throw error;
    }
  };

  return {
    async send(project, spans) {
      if (spans.length === 0) return;
      const { buffer_events, queue_timeout_ms } = limits;
      if (inFlight > 0 && (isAway || inFlight + spans.length > buffer_events)) {
        throw new QueueUnavailableError(inFlight, 0, lastError);
      }
      inFlight += spans.length;
      try {
        const jobs: { name: string; data: SpanJob; opts: object }[] = [];
        for (let at = 0; at < spans.length; at += jobSpans) {
          const text = JSON.stringify(spans.slice(at, at + jobSpans));
          const opts = { ...jobOptions, jobId: randomUUID() };
          jobs.push({ name: jobName, data: new SpanJob(project, text), opts });
        }
        await within(
          queue_timeout_ms,
          open().then((queue) => queue.addBulk(jobs)),
          () => new QueueUnavailableError(spans.length, queue_timeout_ms, lastError),
        );
        isAway = false;
      } catch (error) {
        isAway = true;
        lastError = error;
        if (error instanceof QueueUnavailableError) throw error;
        onError(error instanceof Error ? error : new Error(String(error)));
        throw new QueueUnavailableError(spans.length, queue_timeout_ms, error);
      } finally {
        inFlight -= spans.length;
      }
    },
    async close() {
      const queue = await opening?.catch(() => undefined);
      await queue?.close();
    },
  };
}

async function within<T>(ms: number, work: Promise<T>, late: () => Error): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late()), ms);
  });
  // What comes after the time is over changes nothing: spans count once, however often they come.
  work.catch(() => undefined);
  try {
    return await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
