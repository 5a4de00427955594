/**
 * The commands that queue, producer, worker and checks use, including those that their scripts call. A test
 * uses a Redis user that has no others.
 */
export const redisCommands = [
  'auth',
  'bzpopmin',
  'client|id',
  'client|list',
  'client|setname',
  'del',
  'eval',
  'evalsha',
  'exec',
  'exists',
  'expire',
  'get',
  'hdel',
  'hexists',
  'hget',
  'hgetall',
  'hincrby',
  'hlen',
  'hmget',
  'hmset',
  'hscan',
  'hset',
  'hsetnx',
  'incr',
  'info',
  'lindex',
  'llen',
  'lpop',
  'lpos',
  'lpush',
  'lrange',
  'lrem',
  'ltrim',
  'multi',
  'pexpire',
  'ping',
  'pttl',
  'rename',
  'rpop',
  'rpoplpush',
  'rpush',
  'sadd',
  'scan',
  'scard',
  'script|load',
  'select',
  'set',
  'sismember',
  'smembers',
  'srem',
  'time',
  'type',
  'xadd',
  'xlen',
  'xtrim',
  'zadd',
  'zcard',
  'zcount',
  'zpopmin',
  'zrange',
  'zrangebyscore',
  'zrem',
  'zremrangebyscore',
  'zrevrange',
  'zscore',
] as const;

/** The additional commands for a cluster, or for several queues. */
const spreadCommands = ['cluster|info', 'cluster|keyslot', 'cluster|slots'] as const;

/**
 * The command that creates a Redis user with the least rights, for the keys with a prefix; `isSpread`
 * if the queue is in a cluster, or if there are several queues.
 */
export function redisUserCommand(name: string, prefix: string, isSpread = false): string {
  const needed = isSpread ? [...redisCommands, ...spreadCommands] : redisCommands;
  const commands = needed.map((command) => `+${command}`).join(' ');
  const keys = isSpread ? `~${prefix}:* ~{${prefix}:* ~{${prefix}}:*` : `~${prefix}:*`;
  return `ACL SETUSER ${name} reset on >PASSWORD ${keys} ${commands}`;
}
