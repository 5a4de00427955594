import { type RedisAddress, toRedisAddress } from '../../environment/redis-url.js';
import type { RedisFacts } from '../../queue/redis-facts.js';
import { redisUserCommand } from '../rights/redis-rights.js';
import { bytesText, type Check, checksOf, clockFault, type Fault, offsetText } from './check.js';

const check = checksOf('redis');
const oldest = [6, 2] as const;

/** The address of a Redis, and its contents. */
export interface RedisPlace {
  readonly url: string;
  readonly prefix: string;
  /** Whether there are several queues, or it is a cluster. */
  readonly is_spread?: boolean;
}

/** Checks the settings of the queue's Redis. Pure: the result depends only on the facts. */
export function checkRedis(facts: RedisFacts, { url, prefix, is_spread }: RedisPlace): Check[] {
  const { kind } = toRedisAddress(url);
  return [
    ...(facts.info === undefined
      ? [check('info', 'not allowed', noInfo)]
      : checkInfo(facts.info, kind)),
    checkSync(facts),
    checkRights(facts, prefix, is_spread === true),
    ...(facts.clock_offset_ms === undefined
      ? []
      : [
          check(
            'clock',
            offsetText(facts.clock_offset_ms),
            clockFault(facts.clock_offset_ms, facts.round_trip_ms, 'Redis'),
          ),
        ]),
    checkEncryption(url),
  ];
}

const noInfo: Fault = {
  level: 'problem',
  why: 'The queue reads the version when it starts, so workers cannot start; and the settings cannot be checked.',
  fix: 'ACL SETUSER <user> +info',
};

function checkInfo(info: ReadonlyMap<string, string>, kind: RedisAddress['kind']): Check[] {
  const value = (name: string) => info.get(name) ?? '';
  const version = value('redis_version');
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isOld = major < oldest[0] || (major === oldest[0] && minor < oldest[1]);
  const isReplica = value('role') !== 'master';
  const maxmemory = Number(value('maxmemory'));
  const used = Number(value('used_memory'));
  const policy = value('maxmemory_policy');
  const hasFile = value('aof_enabled') === '1';
  const isCluster = value('cluster_enabled') === '1';
  const cannotWrite =
    value('aof_last_write_status') === 'err' || value('rdb_last_bgsave_status') === 'err';
  return [
    check('version', version, isOld ? tooOld : undefined),
    check('role', isReplica ? 'a replica' : 'a primary', isReplica ? replica : undefined),
    check(
      'cluster',
      isCluster ? 'enabled' : 'off',
      isCluster && kind !== 'cluster' ? cluster : undefined,
    ),
    check('maxmemory-policy', policy, policy === 'noeviction' ? undefined : eviction(maxmemory)),
    check(
      'memory',
      maxmemory === 0
        ? `${bytesText(used)} in use, no limit`
        : `${bytesText(used)} of ${bytesText(maxmemory)} in use`,
      maxmemory > 0 && used > maxmemory * 0.8 ? nearlyFull : undefined,
    ),
    check('appendonly', hasFile ? 'yes' : 'no', hasFile ? undefined : noFile),
    check('last_write', cannotWrite ? 'failed' : 'ok', cannotWrite ? writeFailed : undefined),
  ];
}

const tooOld: Fault = {
  level: 'problem',
  why: `The queue needs commands of Redis ${oldest.join('.')}.`,
  fix: `Upgrade Redis to ${oldest.join('.')} or newer.`,
};
const replica: Fault = {
  level: 'problem',
  why: 'A replica takes no jobs.',
  fix: 'Name the primary in REDIS_URL.',
};
const cluster: Fault = {
  level: 'problem',
  why: 'A job needs several keys at once, and the connection is to one node.',
  fix: 'Add ?cluster=true to REDIS_URL; or use a Redis without cluster mode: one is enough for hundreds of thousands of events per second.',
};
const nearlyFull: Fault = {
  level: 'advice',
  why: 'When the memory is full Redis refuses jobs, and producers keep events in their buffers.',
  fix: 'Start more workers if jobs wait, or raise it: redis-cli config set maxmemory 2gb',
};
const noFile: Fault = {
  level: 'problem',
  why: 'An event is acknowledged once its job is in Redis; a crash or a restart loses the jobs that were not folded yet.',
  fix: 'redis-cli config set appendonly yes && redis-cli config set appendfsync always && redis-cli config rewrite',
};
const writeFailed: Fault = {
  level: 'problem',
  why: 'Redis could not write its data to disk, and refuses jobs by default until it can.',
  fix: 'Check its log for a full disk or missing rights; then: redis-cli bgsave',
};

function eviction(maxmemory: number): Fault {
  return {
    level: maxmemory > 0 ? 'problem' : 'advice',
    why:
      maxmemory > 0
        ? 'When the memory is full Redis removes jobs, and their events are lost.'
        : 'As soon as maxmemory is set, Redis removes jobs when the memory is full, and their events are lost.',
    fix: 'redis-cli config set maxmemory-policy noeviction && redis-cli config rewrite',
  };
}

function checkSync({ appendfsync, info }: RedisFacts): Check {
  if (info?.get('aof_enabled') === '0') return check('appendfsync', 'not used');
  if (appendfsync === undefined) {
    return check('appendfsync', 'not readable', {
      level: 'unknown',
      why: 'With "everysec" a power cut may lose one second of acknowledged events, with "no" half a minute.',
      fix: 'Check it in the management of the server; "always" keeps every acknowledged event.',
    });
  }
  if (appendfsync === 'always') return check('appendfsync', appendfsync);
  return check('appendfsync', appendfsync, {
    level: 'advice',
    why: `A power cut may lose ${appendfsync === 'no' ? 'half a minute' : 'one second'} of acknowledged events.`,
    fix: 'redis-cli config set appendfsync always && redis-cli config rewrite',
  });
}

function checkRights({ refused }: RedisFacts, prefix: string, isSpread: boolean): Check {
  if (refused.length === 0) return check('rights', 'sufficient');
  return check('rights', `missing: ${refused.join(', ')}`, {
    level: refused.every((name) => name === 'client|list') ? 'advice' : 'problem',
    why: 'The queue uses these commands; without "client|list" only the number of workers is unknown.',
    fix: redisUserCommand('<user>', prefix, isSpread),
  });
}

function checkEncryption(url: string): Check {
  const { is_tls, hosts } = toRedisAddress(url);
  if (is_tls) return check('encryption', 'TLS');
  const isLocal = hosts.every(({ host }) => /^(localhost|127\.|\[?::1\]?|$)/.test(host));
  if (isLocal) return check('encryption', 'none, on this machine');
  return check('encryption', 'none', {
    level: 'advice',
    why: 'Password and events go over the network unencrypted.',
    fix: 'Use rediss:// in REDIS_URL; NODE_EXTRA_CA_CERTS=/path/to/ca.pem adds your own CA.',
  });
}
