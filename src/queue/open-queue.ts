import { type Queue, runMigrations } from 'bullmq';
import { connectQueue, queueOn } from './connect-queue.js';
import { openQueuePool } from './postgres-pool.js';
import { QueueConnectionError } from './queue-errors.js';
import { type QueueTarget, queueName } from './queue-target.js';
import { probeRedis } from './redis-connection.js';

/**
 * Checks that the queue's server is available, because BullMQ would wait for it forever. Returns
 * the error if it is not. Returns undefined if it is, and for a queue on Postgres, which reports
 * its errors itself.
 * @throws QueueConnectionError if Redis refuses the password: waiting would not help.
 */
export async function findOutage(target: QueueTarget): Promise<QueueConnectionError | undefined> {
  if (target.kind === 'postgres') return undefined;
  try {
    await probeRedis(target.url);
    return undefined;
  } catch (error) {
    if (error instanceof QueueConnectionError && error.code === 'queue_unreachable') return error;
    throw error;
  }
}

/**
 * Opens the only queue of a target, or the first of several. Closing it closes its connection too.
 */
export async function openQueue(
  target: QueueTarget,
  options: { readonly onError: (error: Error) => void },
): Promise<Queue> {
  const connected = await connectQueue(target, { role: 'producer', onError: options.onError });
  const queue = queueOn(connected, connected.prefix);
  const closeQueue = queue.close.bind(queue);
  queue.close = async () => {
    // BullMQ may wait for a missing connection. It does not wait for one that has ended.
    if (!connected.isLive()) await connected.close();
    await closeQueue();
    await connected.close();
  };
  return queue;
}

/** Brings BullMQ's own tables up to date; safe when many processes start at once. */
export async function migrateQueue(target: QueueTarget): Promise<void> {
  if (target.kind === 'redis') return;
  const { pool, close } = await openQueuePool(target.connection, {
    max: 1,
    onError: () => undefined,
  });
  try {
    const client = await pool.connect();
    try {
      await runMigrations(client);
      // Otherwise the first process to add a job would create its sequence, and need the right to
      // do so.
      await client.query(
        `select bullmq.next_job_id($1)
        where to_regclass('bullmq.' || bullmq.job_id_seq_name($1)) is null`,
        [queueName],
      );
    } finally {
      client.release();
    }
  } finally {
    await close();
  }
}
