import { setTimeout as wait } from 'node:timers/promises';
import { openDatabase } from '#runfold/postgres/database.js';
import { type JobQueues, openJobQueues } from '#runfold/queue/job-queues.js';
import { createAwakeClock } from '../actors/awake-clock.js';
import { createFaultLine } from './faults.js';
import type { Stage } from './stage.js';

/** If nothing changes for this time, the system is stuck: locks of jobs last ten seconds. */
const patienceMs = 120_000;
/** A system that changes but has not recovered after this time does not make progress. */
const longestMs = 600_000;

/** The result of a recovery. */
export interface Recovery {
  /**
   * Why the queue was not empty in time, or what was left on it; undefined if everything is done.
   */
  readonly stuck: string | undefined;
  /** From the end of the last fault to the next event in the log; undefined if none was due. */
  readonly first_progress_ms: number | undefined;
  /** From the end of the last fault, or of the producers if that is later, to an empty queue. */
  readonly recovery_ms: number;
}

/**
 * Causes the faults as the producers progress, and waits until the queue is empty. @throws when the
 * harness is told to end
 */
export async function moveOn(
  stage: Stage,
  url: string,
  sizes: { at: number; bytes: number }[],
): Promise<Recovery> {
  const { stack, producers, plan, signal } = stage;
  const queue = await openJobQueues(stage.queue, { onError: () => undefined });
  const watching = openDatabase(url, { max: 1 });
  const faults = createFaultLine(stage);
  const total = producers.reduce((sum, { consignment }) => sum + consignment.sendings.length, 0);
  const clock = createAwakeClock();
  let [stateBefore, movedAt] = ['', 0];
  let atFaultEnd: number | undefined;
  let firstProgress: number | undefined;
  let endedAt: number | undefined;
  let doneAt: number | undefined;
  try {
    for (;;) {
      signal.throwIfAborted();
      const settled = producers.reduce((sum, producer) => sum + producer.settled(), 0);
      faults.advance(settled / total);
      if (plan.appendfsync === 'everysec') {
        sizes.push({ at: performance.now(), bytes: stack.redis.appendOnlyBytes() });
      }
      const isDone =
        faults.isOver() && producers.every((producer) => producer.isDone() && producer.isOver());
      const before = clock.now();
      if (isDone) doneAt ??= before;
      let seen: Seen | Error | undefined;
      if (faults.isOver()) {
        for (const producer of producers) producer.leave();
        endedAt ??= before;
        seen = await look(watching, queue);
        const now = clock.now();
        if (!(seen instanceof Error)) {
          atFaultEnd ??= seen.events;
          if (seen.events > atFaultEnd) firstProgress ??= now - endedAt;
          if (isDone && seen.jobs === 0 && seen.waiting === 0) {
            return {
              stuck: seen.failed === 0 ? undefined : textOf(seen),
              first_progress_ms: plan.faults.length > 0 ? firstProgress : undefined,
              recovery_ms: now - Math.max(endedAt, doneAt ?? 0),
            };
          }
        }
      }
      const state = `${settled} ${seen === undefined ? '' : textOf(seen)}`;
      // Nothing needs to progress during a fault. Each fault ends on its own.
      if (state !== stateBefore || faults.running() > 0) movedAt = clock.now();
      stateBefore = state;
      const waited = clock.now() - (endedAt ?? movedAt);
      if (clock.now() - movedAt > patienceMs || waited > longestMs) {
        const sent = `${settled} of ${total} sendings acknowledged`;
        const what = seen === undefined ? '' : `, ${textOf(seen)}`;
        return { stuck: sent + what, first_progress_ms: undefined, recovery_ms: waited };
      }
      await wait(50);
    }
  } finally {
    clock.close();
    if (signal.aborted) await Promise.all(stage.workers.map((worker) => worker.kill()));
    await faults.end();
    await Promise.all([queue.close(), watching.close()]);
  }
}

/** Events in the log, and unfinished jobs. */
interface Seen {
  readonly events: number;
  readonly jobs: number;
  readonly failed: number;
  /** Spans that wait for their parents. */
  readonly waiting: number;
}

const textOf = (seen: Seen | Error) =>
  seen instanceof Error ? seen.message : JSON.stringify(seen);

/** Returns the error while a server is unavailable. */
async function look(
  database: ReturnType<typeof openDatabase>,
  queues: JobQueues,
): Promise<Seen | Error> {
  try {
    const all = await queues.all();
    const states = ['waiting', 'active', 'delayed', 'prioritized'] as const;
    const open = await Promise.all(all.map((queue) => queue.getJobCountByTypes(...states)));
    const lost = await Promise.all(all.map((queue) => queue.getFailedCount()));
    const failed = lost.reduce((sum, count) => sum + count, 0);
    const [row] = await database.query<{ events: number; waiting: number }>(
      `select count(*)::float8 as events, (select count(*)::integer
        from runfold_internal.otlp_span where event is not null) as waiting
      from runfold_internal.event`,
    );
    const jobs = open.reduce((sum, count) => sum + count, 0);
    return { events: row?.events ?? 0, jobs, failed, waiting: row?.waiting ?? 0 };
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
