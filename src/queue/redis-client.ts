import { Cluster, type ClusterOptions, type Redis, type RedisOptions } from 'ioredis';
import { codeOf } from '../environment/error-fields.js';
import { type RedisAddress, toRedisAddress } from '../environment/redis-url.js';
import { explainRedisError } from './queue-errors.js';
import { HeardRedis, type PlainOptions, prepareRedis } from './redis/heard-redis.js';

/** A client of one Redis, of a master behind sentinels, or of a cluster. */
export type RedisClient = Redis | Cluster;

/** How a client behaves while servers are unavailable. */
export interface ClientSettings {
  readonly connectTimeout: number;
  readonly maxRetriesPerRequest: number | null;
  /** Milliseconds after which a command without a response fails. Defaults to none. */
  readonly commandTimeout?: number;
  /**
   * Milliseconds after which a connection that has not responded to a command is closed. A frozen server and a
   * network that drops packets close nothing. Defaults to none.
   */
  readonly socketTimeout?: number;
  /** Milliseconds until the next attempt to connect; null to give up. */
  readonly retry: (attempt: number) => number | null;
  readonly lazyConnect?: boolean;
  readonly reconnectOnError?: (error: Error) => boolean;
}

/*
 * BullMQ, and everything here, waits for `ready` or `end`. In some states a disconnect of ioredis only cancels the next
 * attempt to connect, and emits neither. In the state `wait` it always ends, and rejects the commands that wait.
 */

/**
 * Makes a client end when it is disconnected, and its copies with it. BullMQ waits for jobs on a copy. It may
 * connect a copy again while it closes, and nothing would end that one.
 */
function ending(redis: Redis): Redis {
  const [disconnect, duplicate] = [redis.disconnect.bind(redis), redis.duplicate.bind(redis)];
  const copies = new Set<Redis>();
  let isOver = false;
  redis.disconnect = (reconnect = false) => {
    if (!reconnect && redis.status === 'reconnecting') redis.status = 'wait';
    disconnect(reconnect);
    if (reconnect) return;
    isOver = true;
    for (const copy of copies) copy.disconnect();
  };
  redis.duplicate = ((override?: RedisOptions) => {
    const copy = ending(duplicate(override) as Redis);
    const connect = copy.connect.bind(copy);
    copy.connect = async () => {
      if (isOver) throw new Error('Connection is closed.');
      await connect();
    };
    copy.on('connecting', () => copies.add(copy));
    copy.on('end', () => copies.delete(copy));
    return copy;
  }) as Redis['duplicate'];
  return redis;
}

class RedisCluster extends Cluster {
  override async connect(): Promise<void> {
    try {
      await super.connect();
    } catch (error) {
      // A node from before ended while the names of the nodes were resolved. ioredis takes that for the end of
      // this attempt, and makes no other.
      const isLost = error instanceof Error && error.message === 'Connection is aborted';
      if (!isLost || this.status !== 'close') throw error;
      await this.connect();
    }
  }

  override disconnect(reconnect = false): void {
    if (!reconnect && this.status !== 'end' && this.nodes().length === 0) this.status = 'wait';
    super.disconnect(reconnect);
  }
}

/**
 * Rejects commands that waited for a lost connection with the reason of the loss and its time, in our words. ioredis says
 * only how often it has tried, and names one of its options. Returns a function for the reason why Redis is away now.
 */
export function explainLosses(redis: RedisClient, url: string): () => Error | undefined {
  let since: string | undefined;
  let reason: Error | undefined;
  const note = (error?: Error) => {
    since ??= new Date().toISOString();
    reason = error ?? reason;
  };
  redis.on('error', (error: Error) => note(error));
  redis.on('close', () => note());
  redis.on('ready', () => {
    [since, reason] = [undefined, undefined];
  });
  const outage = () => {
    if (since === undefined) return undefined;
    const { message = 'the connection was lost' } = reason ?? {};
    const lost = Object.assign(new Error(`${message}, away since ${since}`), {
      code: codeOf(reason),
    });
    return explainRedisError(lost, url) ?? lost;
  };
  const flushing = redis as unknown as Flushing;
  const flushQueue = flushing.flushQueue.bind(redis);
  flushing.flushQueue = (error, options) => {
    const isOurs = !error.message.startsWith('Reached the max retries');
    flushQueue(isOurs ? error : (outage() ?? error), options);
  };
  return outage;
}

interface Flushing {
  flushQueue(error: Error, options?: unknown): void;
}

/** Creates a client for a URL. */
export function createClient(url: string, settings: ClientSettings): RedisClient {
  const { retry, ...common } = settings;
  const address = toRedisAddress(url);
  // The driver reads its own options from the URL of one Redis.
  if (address.kind === 'single') {
    return ending(new HeardRedis(url, { ...common, retryStrategy: retry }));
  }
  if (address.kind === 'sentinel')
    return ending(new HeardRedis(sentinelOptions(address, settings)));
  const cluster = new RedisCluster([...address.hosts], clusterOptions(address, settings));
  // Before it connects.
  cluster.on('+node', prepareRedis);
  return cluster;
}

/** Creates a client for one node of a URL's cluster, or for one of its sentinels. `node` is `host:port`. */
export function createNodeClient(url: string, node: string, settings: ClientSettings): Redis {
  const { retry, ...common } = settings;
  const address = toRedisAddress(url);
  const at = node.lastIndexOf(':');
  return ending(
    new HeardRedis({
      ...common,
      host: node.slice(0, at).replace(/^\[|\]$/g, ''),
      port: Number(node.slice(at + 1)),
      retryStrategy: retry,
      ...(address.kind === 'sentinel' ? sentinelUserOf(address) : userOf(address)),
      ...(address.is_tls ? { tls: {} } : {}),
    }),
  );
}

function sentinelOptions(
  address: RedisAddress,
  { retry, ...common }: ClientSettings,
): PlainOptions {
  const { hosts, is_tls, database, sentinel_name } = address;
  const { username, password } = sentinelUserOf(address);
  return {
    ...common,
    retryStrategy: retry,
    sentinels: hosts.map((host) => ({ ...host })),
    name: sentinel_name,
    db: database,
    ...userOf(address),
    ...(username === undefined ? {} : { sentinelUsername: username }),
    ...(password === undefined ? {} : { sentinelPassword: password }),
    sentinelRetryStrategy: retry,
    sentinelCommandTimeout: common.connectTimeout,
    ...(is_tls ? { tls: {}, enableTLSForSentinelMode: true, sentinelTLS: {} } : {}),
  };
}

function clusterOptions(address: RedisAddress, settings: ClientSettings) {
  const { retry, lazyConnect = false, ...common } = settings;
  return {
    lazyConnect,
    clusterRetryStrategy: retry,
    slotsRefreshTimeout: 2_000,
    // A client learns of a replaced node even if it sends nothing to the old one.
    slotsRefreshInterval: 5_000,
    // A certificate is issued for the name that a node announces.
    ...(address.is_tls ? { dnsLookup: sameName } : {}),
    redisOptions: { ...common, ...userOf(address), ...(address.is_tls ? { tls: {} } : {}) },
  };
}

const sameName: NonNullable<ClusterOptions['dnsLookup']> = (name, done) => done(null, name);

function sentinelUserOf({ sentinel_username, sentinel_password }: RedisAddress) {
  return userOf({ username: sentinel_username, password: sentinel_password });
}

function userOf({
  username,
  password,
}: Pick<RedisAddress, 'username' | 'password'>): Pick<RedisOptions, 'username' | 'password'> {
  return {
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
  };
}
