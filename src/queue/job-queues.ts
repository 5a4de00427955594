import type { Queue } from 'bullmq';
import { connectQueue, type QueueConnection, queueOn } from './connect-queue.js';
import type { QueueTarget } from './queue-target.js';

/** The queues that jobs are put on: one, or several that jobs are spread over. */
export interface JobQueues {
  /** Those that jobs go to now, as far as is known; one at least. */
  names(): readonly string[];
  /** Whether there may be more than one. */
  readonly is_spread: boolean;
  /** The queue of a name. Before the first job it is made sure that workers know of it. */
  open(name: string): Promise<Queue>;
  /** Another one each time: for jobs that may go to any. */
  next(): Promise<Queue>;
  /** Every queue that a job may be on, those of earlier numbers too. */
  all(): Promise<readonly Queue[]>;
  /** Live workers, where they tell of themselves; undefined where each has to be looked for. */
  workers(): Promise<number | undefined>;
  /** The connection, for questions that are not about a queue. */
  readonly connected: QueueConnection;
  /** Closes the connection too, also one never made. */
  close(): Promise<void>;
}

/** How long the number of queues is gone by before it is asked for again, in milliseconds. */
const settledMs = 5_000;

/** Opens the queues of a target, over one connection. */
export async function openJobQueues(
  target: QueueTarget,
  options: { readonly onError: (error: Error) => void },
): Promise<JobQueues> {
  const connected = await connectQueue(target, { role: 'producer', onError: options.onError });
  const { spread, isLive } = connected;
  const queues = new Map<string, Queue>();
  let knownAt = Number.NEGATIVE_INFINITY;
  let asking: Promise<void> | undefined;
  let turn = 0;

  const of = (name: string) => {
    const queue = queues.get(name) ?? queueOn(connected, name);
    queues.set(name, queue);
    return queue;
  };
  /** Sees to it that the number is known, and that Redis knows of it. Only the first time is waited for. */
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
    // What keeps Redis from answering is told by what is put on the queue.
    else asking.catch(() => undefined);
  };
  const names = () => spread?.names() ?? [connected.prefix];
  // BullMQ learns of the server while nothing has to wait for it yet.
  if (spread === undefined) of(connected.prefix);
  return {
    names,
    is_spread: spread !== undefined,
    connected,
    async open(name) {
      await settle();
      return of(name);
    },
    async next() {
      await settle();
      const all = names();
      turn = (turn + 1) % all.length;
      return of(all[turn] ?? connected.prefix);
    },
    async all() {
      if (spread !== undefined) await spread.refresh();
      return [...names(), ...(spread?.former() ?? [])].map(of);
    },
    workers: async () => spread?.workers(),
    async close() {
      // BullMQ may wait for a connection that is not there; for one that has ended it waits no more.
      if (!isLive()) await connected.close();
      await Promise.all([...queues.values()].map((queue) => queue.close()));
      await connected.close();
    },
  };
}
