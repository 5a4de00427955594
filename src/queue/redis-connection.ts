import { redisAddressOf } from '../environment/redis-url.js';
import { explainRedisError, wrongKindError } from './queue-errors.js';
import { createClient, createNodeClient, type RedisClient } from './redis-client.js';

/** How long one attempt to connect may take, in milliseconds. */
const connectTimeout = 5_000;

/** A connection to the queue's Redis. */
export interface RedisConnection {
  readonly redis: RedisClient;
  /** Passes on an error in our words. Of an outage, only the first one. */
  readonly onError: (error: Error) => void;
  /**
   * Ends the connection, whether it was ever established or not. Commands that still wait are
   * rejected.
   */
  disconnect(): void;
}

/** Connects in the background and retries until Redis responds. */
export function openRedis(
  url: string,
  options: {
    readonly role: 'producer' | 'worker';
    readonly onError: (error: Error) => void;
    /** A node of the cluster to stay on, as `host:port`. */
    readonly node?: string;
  },
): RedisConnection {
  const settings = {
    // A worker waits for Redis. A producer keeps its own buffer and needs the error.
    maxRetriesPerRequest: options.role === 'worker' ? null : 1,
    connectTimeout,
    retry: (times: number) => Math.min(times * 100, 2_000),
    // After a failover the connection to the old primary stays open, while the name resolves to the
    // new one.
    reconnectOnError: (error: Error) => isWrongServer(error),
  };
  const redis =
    options.node === undefined
      ? createClient(url, settings)
      : createNodeClient(url, options.node, settings);
  let reported: string | undefined;
  let isClosed = false;
  const onError = (error: Error) => {
    // The cluster's own error hides what its nodes report.
    if (isOfCluster(error)) void askNode(url).then((reason) => tell(reason ?? error));
    else tell(error);
  };
  const tell = (error: Error) => {
    const explained = explainRedisError(error, url);
    if (explained === undefined) return options.onError(error);
    if (isClosed || explained.code === reported) return;
    reported = explained.code;
    options.onError(explained);
  };
  redis.on('error', onError);
  redis.on('ready', () => {
    reported = undefined;
  });
  return {
    redis,
    onError,
    disconnect() {
      isClosed = true;
      endRedis(redis);
    },
  };
}

/** Whether an error only says that no node of a cluster responds. */
function isOfCluster(error: unknown): boolean {
  return error instanceof Error && /^(Failed to refresh|None of)/.test(error.message);
}

/** The error of the first node of a URL; undefined if it responds, or if the error is unknown. */
async function askNode(url: string): Promise<Error | undefined> {
  const [first] = redisAddressOf(url).hosts;
  if (first === undefined) return undefined;
  const node = createNodeClient(url, `${first.host}:${first.port}`, {
    lazyConnect: true,
    connectTimeout,
    maxRetriesPerRequest: 0,
    retry: () => null,
  });
  let reason: Error | undefined;
  node.on('error', (error: Error) => {
    reason ??= error;
  });
  try {
    await node.connect();
    await node.cluster('INFO');
    return reason;
  } catch (error) {
    return reason ?? (error instanceof Error ? error : undefined);
  } finally {
    node.disconnect();
  }
}

/** Whether an error says that this server is not, or no longer, the one to write to. */
function isWrongServer({ message }: Error): boolean {
  return /^(READONLY|UNBLOCKED|LOADING|MASTERDOWN)\b/.test(message);
}

/**
 * Checks that Redis responds and accepts the password. It makes one attempt of at most five
 * seconds.
 * @throws QueueConnectionError
 */
export async function probeRedis(url: string): Promise<void> {
  await onRedis(url, async (redis) => {
    await redis.ping();
    // BullMQ needs INFO before it starts, and would wait forever if the user may not run it.
    const mode = /^redis_mode:(\w+)/m.exec(await redis.info('server'))?.[1];
    const wrong = wrongKindError(redisAddressOf(url), mode);
    if (wrong !== undefined) throw wrong;
  });
}

/**
 * Works on a separate connection, which is tried once.
 * @throws QueueConnectionError
 */
export async function onRedis<T>(
  url: string,
  work: (redis: RedisClient) => Promise<T>,
): Promise<T> {
  const redis = createClient(url, {
    lazyConnect: true,
    connectTimeout,
    maxRetriesPerRequest: 0,
    retry: () => null,
  });
  // The error that "Connection is closed" hides.
  let reason: Error | undefined;
  redis.on('error', (error: Error) => {
    reason ??= error;
  });
  try {
    await redis.connect();
    return await work(redis);
  } catch (error) {
    const known = reason ?? error;
    const said = isOfCluster(known) ? await askNode(url) : undefined;
    throw explainRedisError(said ?? known, url) ?? error;
  } finally {
    redis.disconnect();
  }
}

/**
 * Between two attempts to connect, ioredis ends without an event. BullMQ waits for `ready` or `end`
 * and would wait forever.
 */
function endRedis(redis: RedisClient): void {
  const isBetweenAttempts = redis.status === 'reconnecting';
  redis.disconnect();
  if (!isBetweenAttempts) return;
  redis.status = 'end';
  redis.emit('end');
  // A cluster client keeps waiting commands in a separate list, and does not reject them.
  const cluster = redis as unknown as { flushQueue?: (error: Error) => void };
  if (redis.isCluster) cluster.flushQueue?.(new Error('Connection is closed.'));
}
