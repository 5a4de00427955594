import { openQueue } from '#runfold/queue/open-queue.js';
import { type RunningProcess, type StartOptions, startNode } from '../harness/processes.js';
import { commandLineProgram } from '../harness/programs.js';
import { waitUntil } from '../harness/wait-until.js';
import type { BenchStore } from './bench-database.js';

/** Runs `work` while a worker process runs on a store. */
export async function withWorker<T>(
  store: BenchStore,
  work: (worker: RunningProcess) => Promise<T>,
  options: Pick<StartOptions, 'own_session'> = {},
): Promise<T> {
  const worker = startNode([commandLineProgram, 'worker'], { ...options, env: store.env });
  try {
    await worker.waitForLine(/worker started/, 60_000);
    return await work(worker);
  } finally {
    worker.kill('SIGTERM');
    await worker.exit;
  }
}

/** Resolves when the queue of a store is empty. */
export async function queueEmpty({ env }: BenchStore): Promise<void> {
  const queue = await openQueue(
    { kind: 'redis', url: env.REDIS_URL ?? '', prefix: env.RUNFOLD_REDIS_PREFIX },
    { onError: () => undefined },
  );
  try {
    await waitUntil(
      () => queue.getJobCounts('waiting', 'active', 'delayed', 'failed'),
      (counts) => Object.values(counts).every((count) => count === 0),
      { what: 'the queue to be empty', timeoutMs: 600_000, intervalMs: 25 },
    );
  } finally {
    await queue.close();
  }
}
