import { randomUUID } from 'node:crypto';
import { within } from '../../environment/within.js';
import { QueueUnavailableError } from '../../ingest/producer-errors.js';
import { createReplayWindow, type ReplayWindow } from '../../ingest/replay-window.js';
import type { SpanItem } from '../../otlp/spans/span-item.js';
import { jobName, jobOptions, SpanJob } from '../../queue/job.js';
import { type JobQueues, openJobQueues } from '../../queue/job-queues.js';
import { hasFailover } from '../../queue/queue-spread.js';
import type { QueueTarget } from '../../queue/queue-target.js';
import type { HttpLimits } from './http-limits.js';
import type { QueueRoom } from './queue-room.js';

/** Puts spans on the queue. */
export interface SpanSender {
  /**
   * Resolves when the spans are durably on the queue.
   * @throws ProblemError 429 if a queue holds too many jobs, QueueUnavailableError if the queue does not respond, or too much is waiting for it
   */
  send(project: number, spans: readonly SpanItem[]): Promise<void>;
  close(): Promise<void>;
}

/** Spans in one job. */
const jobSpans = 500;

export function createSpanSender(options: {
  readonly queue: QueueTarget;
  readonly limits: HttpLimits;
  /** Undefined if a full queue refuses nothing. */
  readonly room?: QueueRoom;
  readonly onError: (error: Error) => void;
}): SpanSender {
  const { queue: target, limits, room, onError } = options;
  let opening: Promise<Opened> | undefined;
  let inFlight = 0;
  /** Whether the last attempt failed; then one request at a time checks whether the queue is back. */
  let isAway = false;
  let lastError: unknown;

  const open = async (): Promise<Opened> => {
    opening ??= openWith(target, onError);
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
      room?.expect();
      const { buffer_events, queue_timeout_ms } = limits;
      if (inFlight > 0 && (isAway || inFlight + spans.length > buffer_events)) {
        throw new QueueUnavailableError(inFlight, 0, lastError);
      }
      inFlight += spans.length;
      try {
        const jobs: SpanJobs = [];
        for (let at = 0; at < spans.length; at += jobSpans) {
          const text = JSON.stringify(spans.slice(at, at + jobSpans));
          const opts = { ...jobOptions, jobId: randomUUID() };
          jobs.push({ name: jobName, data: new SpanJob(project, text), opts });
        }
        await within(
          queue_timeout_ms,
          open().then((opened) => put(opened, jobs)),
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
      const opened = await opening?.catch(() => undefined);
      await opened?.replay?.close(limits.queue_timeout_ms);
      await opened?.queues.close();
    },
  };
}

type SpanJobs = { name: string; data: SpanJob; opts: { jobId: string } }[];

interface Opened {
  readonly queues: JobQueues;
  readonly replay: ReplayWindow | undefined;
}

/**
 * As in a producer, acknowledged spans are kept for a while, because the server may be lost with
 * them.
 */
const window = { keep_ms: 10_000, max_bytes: 64 * 1_048_576 };

async function openWith(target: QueueTarget, onError: (error: Error) => void): Promise<Opened> {
  const queues = await openJobQueues(target, { onError });
  const { findMasters } = queues.connected;
  const replay =
    hasFailover(target) && findMasters !== undefined
      ? createReplayWindow({ ...window, findMasters, onError })
      : undefined;
  return { queues, replay };
}

async function put({ queues, replay }: Opened, jobs: SpanJobs): Promise<unknown> {
  const queue = await queues.next();
  const send = () => queue.addBulk(jobs);
  if (replay === undefined) return send();
  const bytes = jobs.reduce((sum, { data }) => sum + data.spans.length, 0);
  return replay.send({ queue: queue.opts.prefix ?? '', bytes, jobs: jobs.length, send });
}
