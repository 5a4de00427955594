import { toRedisAddress } from '../environment/redis-url.js';
import { defaultPrefix, type QueueTarget } from './queue-target.js';
import type { RedisClient } from './redis-client.js';
import {
  clusterQueues,
  currentNames,
  formerNames,
  mostQueues,
  type QueueNumbers,
} from './spread/queue-names.js';
import { type Beat, createQueueSettings } from './spread/queue-settings.js';

/** The queues that exist. */
export interface QueueSpread {
  /** The queues that jobs are added to, as far as is known. */
  names(): readonly string[];
  /** The queues that jobs were added to earlier. */
  former(): readonly string[];
  /**
   * Reads the current number of queues, and tells Redis the number that this process uses. Nothing
   * is added to a queue before Redis knows of it.
   */
  refresh(): Promise<void>;
  /** The same as `refresh`, and reports that a worker is alive. */
  beat(worker: string): Promise<Beat>;
  leave(worker: string): Promise<void>;
  workers(): Promise<number>;
}

type RedisTarget = Extract<QueueTarget, { kind: 'redis' }>;

/** Whether there can be more than one queue: in a cluster, or if a number of queues is set. */
export function isSpread(target: QueueTarget): target is RedisTarget {
  if (target.kind !== 'redis') return false;
  return target.queues !== undefined || toRedisAddress(target.url).kind === 'cluster';
}

/** Whether another server can replace the one that jobs are added to. */
export function hasFailover(target: QueueTarget): boolean {
  return target.kind === 'redis' && toRedisAddress(target.url).kind !== 'single';
}

/** The name of the first queue, which exists whatever the number is. */
export function firstName(target: RedisTarget): string {
  return currentNames(namingOf(target), startOf(target))[0] ?? defaultPrefix;
}

/**
 * Opens the queues of a target. With `only_looks` its number of queues is used only if Redis has
 * none.
 * @throws RangeError if the number of queues is invalid
 */
export function openSpread(
  target: RedisTarget,
  redis: RedisClient,
  only_looks = false,
): QueueSpread {
  const naming = namingOf(target);
  const settings = createQueueSettings(redis, naming.prefix);
  const start = startOf(target);
  if (!Number.isInteger(start) || start < 1 || start > mostQueues) {
    throw new RangeError(`queues: expected an integer from 1 to ${mostQueues}, got ${start}.`);
  }
  let numbers: QueueNumbers = { queues: start, most: start };
  // The same array as long as nothing changes, because it is read for each event.
  let names = currentNames(naming, start);
  /** Whether this process has a configured number that Redis does not know yet. It is set once. */
  let isWanted = target.queues !== undefined && !only_looks;
  const note = <T extends QueueNumbers>(found: T): T => {
    isWanted = false;
    if (found.queues !== numbers.queues) names = currentNames(naming, found.queues);
    // A queue that received jobs exists, even if a failover lost that fact.
    numbers = { queues: found.queues, most: Math.max(numbers.most, found.most) };
    return found;
  };
  return {
    names: () => names,
    former: () => formerNames(naming, numbers),
    async refresh() {
      note(await settings.agree(numbers.queues, isWanted));
    },
    beat: async (worker) => note(await settings.beat(numbers.queues, isWanted, worker)),
    leave: settings.leave,
    workers: settings.workers,
  };
}

function namingOf({ url, prefix = defaultPrefix }: RedisTarget) {
  return { prefix, is_cluster: toRedisAddress(url).kind === 'cluster' };
}

function startOf({ url, queues }: RedisTarget): number {
  return queues ?? (toRedisAddress(url).kind === 'cluster' ? clusterQueues : 1);
}
