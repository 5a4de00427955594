import { setTimeout as pause } from 'node:timers/promises';
import { openQueue } from '#runfold/ingest/open-queue.js';
import type { QueueTarget } from '#runfold/ingest/queue-target.js';
import { openDatabase } from '#runfold/store/database.js';
import { createAwakeClock } from './awake-clock.js';
import { createFaultLine } from './faults.js';
import type { Stage } from './stage.js';

/** A system that has not recovered after so long is stuck: locks of jobs last ten seconds. */
const patienceMs = 120_000;

/** Brings the faults about as the producers move on, and waits until the queue is empty at last. */
export async function moveOn(
  stage: Stage,
  prefix: string,
  url: string,
  sizes: { at: number; bytes: number }[],
) {
  const { stack, producers, plan } = stage;
  const target: QueueTarget =
    plan.queue === 'redis'
      ? { kind: 'redis', url: stack.redis.url, prefix }
      : { kind: 'postgres', connection: url };
  const queue = await openQueue(target, { onError: () => undefined });
  const watching = openDatabase(url, { max: 1 });
  const faults = createFaultLine(stage);
  const total = producers.reduce((sum, { consignment }) => sum + consignment.sendings.length, 0);
  let what = 'producers did not finish';
  let firstProgress: number | undefined;
  let atFaultEnd: number | undefined;
  let doneAt: number | undefined;
  const clock = createAwakeClock();
  let endedAt: number | undefined;
  try {
    for (;;) {
      const settled = producers.reduce((sum, producer) => sum + producer.settled(), 0);
      faults.advance(settled / total);
      if (plan.appendfsync === 'everysec') {
        sizes.push({ at: performance.now(), bytes: stack.redis.appendOnlyBytes() });
      }
      const isDone = faults.isOver() && producers.every((producer) => producer.isDone());
      const before = clock.now();
      if (isDone) doneAt ??= before;
      if (faults.isOver()) {
        endedAt ??= before;
        const seen = await look(watching, queue);
        const now = clock.now();
        if (seen !== undefined) {
          atFaultEnd ??= seen.events;
          if (seen.events > atFaultEnd) firstProgress ??= now - endedAt;
          what = JSON.stringify(seen);
          if (isDone && seen.jobs === 0) {
            return {
              isEmpty: seen.failed === 0,
              what,
              first_progress_ms: plan.faults.length > 0 ? firstProgress : undefined,
              recovery_ms: now - Math.max(endedAt, doneAt ?? 0),
            };
          }
        }
        const waited = now - endedAt;
        if (waited > patienceMs) {
          return { isEmpty: false, what, first_progress_ms: undefined, recovery_ms: waited };
        }
      }
      await pause(50);
    }
  } finally {
    clock.close();
    await Promise.all([queue.close(), watching.close()]);
  }
}

/** Events in the log, and jobs not yet done; undefined while a server is away. */
async function look(
  database: ReturnType<typeof openDatabase>,
  queue: Awaited<ReturnType<typeof openQueue>>,
): Promise<{ events: number; jobs: number; failed: number } | undefined> {
  try {
    const { failed = 0, ...counts } = await queue.getJobCounts(
      'waiting',
      'active',
      'delayed',
      'prioritized',
      'failed',
    );
    const [row] = await database.query<{ events: number }>(
      'select count(*)::float8 as events from runfold_internal.event',
    );
    const jobs = Object.values(counts).reduce((sum, count) => sum + count, 0);
    return { events: row?.events ?? 0, jobs, failed };
  } catch {
    return undefined;
  }
}
