import type { Redis } from 'ioredis';
import { redisAddressOf } from '../environment/redis-url.js';
import { onRedis } from './redis-connection.js';

/** What the checks of a Redis look at. */
export interface RedisFacts {
  /** The lines of INFO; undefined where the user may not use it. */
  readonly info: ReadonlyMap<string, string> | undefined;
  /** `appendfsync`; undefined where the user may not ask, as with most hosted services. */
  readonly appendfsync: string | undefined;
  /** Commands that the user may not use, of those that the queue needs. */
  readonly refused: readonly string[];
  /** Its clock less ours, in milliseconds, and how long the question took. */
  readonly clock_offset_ms: number | undefined;
  readonly round_trip_ms: number;
}

/** A server that takes jobs. */
export interface RedisNode {
  /** Its address, as a cluster names it; of one Redis that of the URL. */
  readonly name: string;
  readonly facts: RedisFacts;
}

/**
 * Asks a Redis, or each master of a cluster, for what the checks look at, and tries what the queue needs
 * on a key of its own.
 * @throws QueueConnectionError when it is away or refuses the user
 */
export function readRedisFacts(url: string, prefix: string): Promise<readonly RedisNode[]> {
  return onRedis(url, async (redis) => {
    if (!('nodes' in redis)) {
      return [{ name: redisAddressOf(url).shown, facts: await factsOf(redis, prefix) }];
    }
    // A command goes to the node that has the key's slot, or to any: each is asked by itself.
    const masters = redis.nodes('master').map(async (node) => ({
      name: `${node.options.host}:${node.options.port}`,
      facts: await factsOf(node, `{${prefix}:0}`),
    }));
    const found = await Promise.all(masters);
    return found.sort((a, b) => a.name.localeCompare(b.name));
  });
}

async function factsOf(redis: Redis, prefix: string): Promise<RedisFacts> {
  const allowed = async <T>(work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      if (error instanceof Error && /^(NOPERM|ERR unknown)/.test(error.message)) return undefined;
      throw error;
    }
  };
  const info = await allowed(async () => linesOf(await redis.info()));
  const found = await allowed(() => redis.config('GET', 'appendfsync'));
  const before = Date.now();
  const time = await allowed(() => redis.time());
  const after = Date.now();
  return {
    info,
    appendfsync: Array.isArray(found) ? String(found[1]) : undefined,
    refused: await refusedCommands(redis, `${prefix}:probe`),
    clock_offset_ms:
      time === undefined
        ? undefined
        : Number(time[0]) * 1000 + Number(time[1]) / 1000 - (before + after) / 2,
    round_trip_ms: after - before,
  };
}

/** Tries a command of each kind that the queue's scripts use. The key is gone a moment later. */
async function refusedCommands(redis: Redis, key: string): Promise<string[]> {
  const tries: readonly (readonly [string, ...string[]])[] = [
    ['set', key, '1', 'PX', '2000'],
    ['eval', 'return 1', '0'],
    ['hset', `${key}:hash`, 'a', '1'],
    ['pexpire', `${key}:hash`, '2000'],
    ['lpush', `${key}:list`, '1'],
    ['pexpire', `${key}:list`, '2000'],
    ['zadd', `${key}:zset`, '1', 'a'],
    ['bzpopmin', `${key}:zset`, '0.01'],
    ['xadd', `${key}:stream`, '*', 'a', '1'],
    ['pexpire', `${key}:stream`, '2000'],
    ['client', 'SETNAME', 'runfold-doctor'],
    ['client', 'LIST'],
    ['info', 'server'],
  ];
  const refused: string[] = [];
  for (const [command, ...parameters] of tries) {
    const word = command === 'client' ? `${command}|${parameters[0]?.toLowerCase()}` : command;
    try {
      await redis.call(command, ...parameters);
    } catch (error) {
      // A replica, or a Redis that is full, refuses in another way, which other checks tell.
      const isRefused = error instanceof Error && error.message.startsWith('NOPERM');
      if (isRefused && !refused.includes(word)) refused.push(word);
    }
  }
  return refused;
}

function linesOf(text: string): ReadonlyMap<string, string> {
  return new Map(
    text.split(/\r?\n/).flatMap((line) => {
      const [, name, value] = /^([^#:]+):(.*)$/.exec(line) ?? [];
      return name === undefined ? [] : [[name, value ?? ''] as const];
    }),
  );
}
