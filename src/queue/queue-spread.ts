import { redisAddressOf } from '../environment/redis-url.js';
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

/** Which queues there are. */
export interface QueueSpread {
  /** Those that jobs are put on, as far as is known. */
  names(): readonly string[];
  /** Those that jobs were put on once. */
  former(): readonly string[];
  /**
   * Asks which number of queues holds, and says which one this process goes by: nothing is put on a queue
   * before Redis knows of it.
   */
  refresh(): Promise<void>;
  /** The same, and that a worker lives. */
  beat(worker: string): Promise<Beat>;
  leave(worker: string): Promise<void>;
  workers(): Promise<number>;
}

type RedisTarget = Extract<QueueTarget, { kind: 'redis' }>;

/** Whether there is more to know than one prefix: in a cluster, and where a number of queues is given. */
export function isSpread(target: QueueTarget): target is RedisTarget {
  if (target.kind !== 'redis') return false;
  return target.queues !== undefined || redisAddressOf(target.url).kind === 'cluster';
}

/** Whether another server may take the place of the one that jobs are put on. */
export function hasFailover(target: QueueTarget): boolean {
  return target.kind === 'redis' && redisAddressOf(target.url).kind !== 'single';
}

/** The name of the first queue, which is there whatever the number. */
export function firstName(target: RedisTarget): string {
  return currentNames(namingOf(target), startOf(target))[0] ?? defaultPrefix;
}

/** @throws RangeError where the number of queues cannot be. */
export function openSpread(target: RedisTarget, redis: RedisClient): QueueSpread {
  const naming = namingOf(target);
  const settings = createQueueSettings(redis, naming.prefix);
  const start = startOf(target);
  if (!Number.isInteger(start) || start < 1 || start > mostQueues) {
    throw new RangeError(`queues: expected an integer from 1 to ${mostQueues}, got ${start}.`);
  }
  let numbers: QueueNumbers = { queues: start, most: start };
  // The same list as long as it is the same: it is looked at with each event.
  let names = currentNames(naming, start);
  /** Whether this process was given a number that Redis has not heard of: it counts once. */
  let isWanted = target.queues !== undefined;
  const note = <T extends QueueNumbers>(found: T): T => {
    isWanted = false;
    if (found.queues !== numbers.queues) names = currentNames(naming, found.queues);
    // What was put on a queue is there, even if a failover lost that it was.
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
  return { prefix, is_cluster: redisAddressOf(url).kind === 'cluster' };
}

function startOf({ url, queues }: RedisTarget): number {
  return queues ?? (redisAddressOf(url).kind === 'cluster' ? clusterQueues : 1);
}
