import type { Logger } from 'pino';
import { within } from '../environment/within.js';
import type { QueueConnection } from '../queue/connect-queue.js';
import type { QueueReaders } from './queue-readers.js';

/** Milliseconds for the queue to take back the jobs that Postgres did not. */
const queueGrace = 3_000;
/** Milliseconds for BullMQ to finish after its connections have ended. */
const lastMs = 1_000;

/**
 * Closes the readers of a worker, and gives up on a queue that does not respond: a frozen server closes no connection,
 * and BullMQ waits forever for a server that is unavailable. The queue redelivers the jobs in flight.
 */
export async function closeReaders(
  readers: QueueReaders,
  connected: QueueConnection,
  options: { readonly timeout_ms: number; readonly log: Logger },
): Promise<void> {
  const limit = options.timeout_ms + queueGrace;
  const late = new Error(`no response within ${limit} ms`);
  const closing = readers.close(!connected.isLive());
  try {
    await within(limit, closing, () => late);
  } catch (error) {
    if (error !== late) throw error;
    options.log.warn({ err: late }, 'closing without the queue; it redelivers the jobs in flight');
    readers.disconnect();
    await connected.close();
    await within(lastMs, closing, () => late).catch(() => undefined);
  }
}
