import type { Redis } from 'ioredis';
import { toRedisAddress } from '../environment/redis-url.js';
import { onRedis } from './redis-connection.js';

/** The data for the checks of a Redis. */
export interface RedisFacts {
  /** The lines of INFO; undefined if the user may not run it. */
  readonly info: ReadonlyMap<string, string> | undefined;
  /** `appendfsync`; undefined if the user may not read it, as with most hosted services. */
  readonly appendfsync: string | undefined;
  /** The commands that the queue needs and the user may not run. */
  readonly refused: readonly string[];
  /** The server's clock minus ours, in milliseconds, and how long the question took. */
  readonly clock_offset_ms: number | undefined;
  readonly round_trip_ms: number;
}

/** A server that takes jobs. */
export interface RedisNode {
  /** Its address, as a cluster names it. For one Redis, the address in the URL. */
  readonly name: string;
  readonly facts: RedisFacts;
}

/**
 * Reads from a Redis, or from each master of a cluster, what the checks need, and tries the
 * commands that the queue needs on a separate key.
 * @throws QueueConnectionError if it is unavailable or refuses the user
 */
export function readRedisFacts(url: string, prefix: string): Promise<readonly RedisNode[]> {
  return onRedis(url, async (redis) => {
    if (!('nodes' in redis)) {
      return [{ name: toRedisAddress(url).shown, facts: await readFacts(redis, prefix) }];
    }
    // A cluster sends a command to the node that owns the key's slot, or to any. So each node is
    // asked separately.
    const masters = redis.nodes('master').map(async (node) => ({
      name: `${node.options.host}:${node.options.port}`,
      facts: await readFacts(node, `{${prefix}:0}`),
    }));
    const found = await Promise.all(masters);
    return found.sort((a, b) => a.name.localeCompare(b.name));
  });
}

async function readFacts(redis: Redis, prefix: string): Promise<RedisFacts> {
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

/** Tries a command of each kind that the queue's scripts use. The key expires at once. */
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
      // A replica or a full Redis refuses with another error, which other checks report.
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
