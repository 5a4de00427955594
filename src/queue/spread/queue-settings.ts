import type { QueueNumbers } from './queue-names.js';

/** The methods of a Redis client that run scripts. */
export interface ScriptRunner {
  eval(script: string, keys: number, ...parameters: (string | number)[]): Promise<unknown>;
}

/** A worker that has not reported for this many milliseconds is not counted. */
export const silentMs = 6_000;

/** The result when a worker reports that it is alive. */
export interface Beat extends QueueNumbers {
  /** The names of all live workers, sorted. */
  readonly workers: readonly string[];
}

/**
 * Agrees on the number of queues. `KEYS[1]` holds it. `ARGV[1]` is the number that the caller uses;
 * it is stored if `ARGV[2]` is 1 or none is stored yet. From then on the workers know of that many
 * queues.
 */
const agree = `
local queues = tonumber(redis.call('hget', KEYS[1], 'queues'))
local asked = tonumber(ARGV[1])
if ARGV[2] == '1' or not queues then
  if queues ~= asked then redis.call('hset', KEYS[1], 'queues', asked) end
  queues = asked
end
local known = tonumber(redis.call('hget', KEYS[1], 'most') or '0')
local most = math.max(known, queues, asked)
if most > known then redis.call('hset', KEYS[1], 'most', most) end`;

const live = `
local time = redis.call('time')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local workers = redis.call('zrangebyscore', KEYS[2], now - ARGV[3], '+inf')`;

const beat = `${agree}
local clock = redis.call('time')
redis.call('zadd', KEYS[2], clock[1] * 1000 + math.floor(clock[2] / 1000), ARGV[4])
redis.call('pexpire', KEYS[2], 3600000)
${live}
redis.call('zremrangebyscore', KEYS[2], '-inf', now - 10 * ARGV[3])
return {queues, most, workers}`;

/** Settings in Redis that all processes with the same prefix share. */
export interface QueueSettings {
  /**
   * Reports the number that the caller uses, and returns the stored one. `isWanted` stores the
   * caller's.
   */
  agree(queues: number, isWanted: boolean): Promise<QueueNumbers>;
  /** The same as `agree`, and reports that a worker is alive. */
  beat(queues: number, isWanted: boolean, worker: string): Promise<Beat>;
  /** Reports that a worker has ended. */
  leave(worker: string): Promise<void>;
  /** The number of live workers. */
  workers(): Promise<number>;
}

export function createQueueSettings(redis: ScriptRunner, prefix: string): QueueSettings {
  // Both keys are in one slot of a cluster; it does not matter which.
  const keys = [`{${prefix}}:settings`, `{${prefix}}:workers`] as const;
  const run = async (script: string, ...parameters: (string | number)[]) => {
    const answer = await redis.eval(script, keys.length, ...keys, ...parameters);
    if (!Array.isArray(answer)) throw new Error(`Expected a list of settings, got ${answer}.`);
    return answer as unknown[];
  };
  const flag = (isWanted: boolean) => (isWanted ? 1 : 0);
  return {
    async agree(queues, isWanted) {
      const script = `${agree}\nreturn {queues, most}`;
      const [number, most] = await run(script, queues, flag(isWanted));
      return { queues: Number(number), most: Number(most) };
    },
    async beat(queues, isWanted, worker) {
      const answer = await run(beat, queues, flag(isWanted), silentMs, worker);
      const workers = Array.isArray(answer[2]) ? answer[2].map(String).sort() : [];
      return { queues: Number(answer[0]), most: Number(answer[1]), workers };
    },
    async leave(worker) {
      await run(`redis.call('zrem', KEYS[2], ARGV[1])\nreturn {}`, worker);
    },
    async workers() {
      return (await run(`${live}\nreturn workers`, 0, 0, silentMs)).length;
    },
  };
}
