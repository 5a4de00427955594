import type { Queue } from 'bullmq';
import { connectQueue, type QueueConnection, queueOn } from './connect-queue.js';
import { explainQueueError } from './queue-errors.js';
import type { QueueTarget } from './queue-target.js';

/** The queues that jobs are added to: one, or several that share the jobs. */
export interface JobQueues {
  /** The queues that jobs go to now, as far as is known. There is at least one. */
  names(): readonly string[];
  /** Whether there may be more than one. */
  readonly is_spread: boolean;
  /**
   * The queue with a name. It makes sure that workers know of the queue before the first job is
   * added. Here and below: @throws QueueConnectionError if Postgres lacks the tables of the queue.
   */
  open(name: string): Promise<Queue>;
  /** A different queue each time, for jobs that may go to any. */
  next(): Promise<Queue>;
  /** Every queue that may hold a job, including those used before the number of queues changed. */
  all(): Promise<readonly Queue[]>;
  /** The number of live workers; undefined if workers do not report that they live. */
  workers(): Promise<number | undefined>;
  /** The connection, for questions that do not concern one queue. */
  readonly connected: QueueConnection;
  /** Closes the connection too, even if it was never established. */
  close(): Promise<void>;
}

/** How long the number of queues is used before it is read again, in milliseconds. */
const settledMs = 5_000;

/** Opens the queues of a target, over one connection. */
export async function openJobQueues(
  target: QueueTarget,
  options: {
    readonly onError: (error: Error) => void;
    /** As in `connectQueue`. */
    readonly only_looks?: boolean;
  },
): Promise<JobQueues> {
  const connected = await connectQueue(target, { role: 'producer', ...options });
  const { spread, isLive } = connected;
  const queues = new Map<string, Queue>();
  let knownAt = Number.NEGATIVE_INFINITY;
  let asking: Promise<void> | undefined;
  let turn = 0;

  const of = (name: string) => {
    const known = queues.get(name);
    if (known !== undefined) return known;
    const queue = queueOn(connected, name);
    queues.set(name, queue);
    if (connected.backend !== undefined) replaceIfFailed(name, queue);
    return queue;
  };
  /**
   * BullMQ's queue on Postgres remembers that it could not connect, and fails from then on. So a new one is
   * made the next time; both use the same pool. The error is reported by whoever adds the job.
   */
  const replaceIfFailed = (name: string, queue: Queue) => {
    queue.waitUntilReady().catch(async () => {
      if (queues.get(name) === queue) queues.delete(name);
      await queue.close().catch(connected.onError);
    });
  };
  /** The queue with a name. If it cannot be used, the error says why in our words. */
  const usable = async (name: string) => {
    const queue = of(name);
    if (connected.backend === undefined) return queue;
    try {
      await queue.waitUntilReady();
      return queue;
    } catch (error) {
      throw explainQueueError(error, target);
    }
  };
  /**
   * Makes sure that the number of queues is known, also to Redis. Only the first time is awaited.
   */
  const settle = async () => {
    if (spread === undefined || performance.now() - knownAt < settledMs) return;
    asking ??= spread
      .refresh()
      .then(() => {
        knownAt = performance.now();
      })
      .finally(() => {
        asking = undefined;
      });
    if (knownAt === Number.NEGATIVE_INFINITY) await asking;
    // If Redis fails here, adding a job reports it.
    else asking.catch(() => undefined);
  };
  const names = () => spread?.names() ?? [connected.prefix];
  // BullMQ connects while nothing has to wait for it yet.
  if (spread === undefined) of(connected.prefix);
  return {
    names,
    is_spread: spread !== undefined,
    connected,
    async open(name) {
      await settle();
      return usable(name);
    },
    async next() {
      await settle();
      const all = names();
      turn = (turn + 1) % all.length;
      return usable(all[turn] ?? connected.prefix);
    },
    async all() {
      if (spread !== undefined) await spread.refresh();
      return Promise.all([...names(), ...(spread?.former() ?? [])].map(usable));
    },
    workers: async () => spread?.workers(),
    async close() {
      // BullMQ may wait for a missing connection. It does not wait for one that has ended.
      if (!isLive()) await connected.close();
      await Promise.all([...queues.values()].map((queue) => queue.close()));
      await connected.close();
    },
  };
}
