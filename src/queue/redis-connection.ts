import { toRedisAddress } from '../environment/redis-url.js';
import { explainRedisError, isWrongServer, wrongKindError } from './queue-errors.js';
import { createClient, createNodeClient, explainLosses, type RedisClient } from './redis-client.js';

/** How long one attempt to connect may take, in milliseconds. */
const connectTimeout = 5_000;
/** How long a command may go without a response, in milliseconds. BullMQ waits for a job for 10 s at most. */
const socketTimeout = 15_000;

/** A connection to the queue's Redis. */
export interface RedisConnection {
  readonly redis: RedisClient;
  /** Passes on an error in our words. Of an outage, only the first one. */
  readonly onError: (error: Error) => void;
  /** Why Redis is away now, in our words; undefined if it is not. */
  readonly outage: () => Error | undefined;
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
    socketTimeout,
    retry: (times: number) => Math.min(times * 100, 2_000),
    // After a failover the connection to the old primary stays open, while the name resolves to the
    // new one.
    reconnectOnError: (error: Error) => isWrongServer(error),
  };
  const redis =
    options.node === undefined
      ? createClient(url, settings)
      : createNodeClient(url, options.node, settings);
  const outage = explainLosses(redis, url);
  let reported: string | undefined;
  let isClosed = false;
  const onError = (error: Error) => {
    if (hidesCause(error)) void askNodes(url).then((reason) => tell(reason ?? error));
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
    outage,
    disconnect() {
      isClosed = true;
      redis.disconnect();
    },
  };
}

/** The message of ioredis. */
const endedWithoutReason = 'None of startup nodes is available';

/** Whether an error of a cluster or of sentinels hides what each of the servers says. */
function hidesCause(error: unknown): boolean {
  return error instanceof Error && hiding.test(error.message);
}

const hiding =
  /^(Failed to refresh|None of|All sentinels are unreachable(?!.*Last error: (?!Connection is closed)))/s;

function isClosed(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('Connection is closed');
}

/** One attempt, and a limit for each of its steps. */
const once = {
  lazyConnect: true,
  connectTimeout,
  commandTimeout: connectTimeout,
  maxRetriesPerRequest: 0,
  retry: () => null,
};

/**
 * The reason that the nodes of a cluster or the sentinels give for not serving; undefined if there
 * is none.
 */
async function askNodes(url: string): Promise<Error | undefined> {
  const { hosts } = toRedisAddress(url);
  const said = await Promise.all(hosts.map(({ host, port }) => askNode(url, `${host}:${port}`)));
  const errors = said.filter((error) => error !== undefined);
  const isAway = (error: Error) => explainRedisError(error, url)?.code === 'queue_unreachable';
  const isDown = ({ message }: Error) => message.startsWith('CLUSTERDOWN');
  // The response of one node says more than the silence of others.
  return errors.find((error) => !isAway(error)) ?? errors.find(isDown) ?? errors[0];
}

/** The reason that one of them cannot be used; undefined if it can. */
async function askNode(url: string, name: string): Promise<Error | undefined> {
  const node = createNodeClient(url, name, once);
  let reason: Error | undefined;
  node.on('error', (error: Error) => {
    reason ??= error;
  });
  try {
    await node.connect();
    if (toRedisAddress(url).kind === 'sentinel') return reason;
    const state = /^cluster_state:(\w+)/m.exec(String(await node.cluster('INFO')))?.[1];
    // The message of Redis itself.
    return state === 'fail' ? new Error('CLUSTERDOWN The cluster is down') : reason;
  } catch (error) {
    return reason ?? (error instanceof Error ? error : undefined);
  } finally {
    node.disconnect();
  }
}

/**
 * Checks that Redis responds and accepts the password. It makes one attempt, of which no step takes more
 * than five seconds.
 * @throws QueueConnectionError
 */
export async function probeRedis(url: string): Promise<void> {
  await onRedis(url, async (redis) => {
    await redis.ping();
    // BullMQ needs INFO before it starts, and would wait forever if the user may not run it.
    const mode = /^redis_mode:(\w+)/m.exec(await redis.info('server'))?.[1];
    const wrong = wrongKindError(toRedisAddress(url), mode);
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
  const redis = createClient(url, once);
  // The error that "Connection is closed" hides.
  let reason: Error | undefined;
  redis.on('error', (error: Error) => {
    reason ??= error;
  });
  try {
    return await untilEnd(redis, async () => {
      await redis.connect();
      return work(redis);
    });
  } catch (error) {
    const known = reason ?? error;
    const isHidden = hidesCause(known) || (redis.isCluster && isClosed(known));
    const said = isHidden ? await askNodes(url) : undefined;
    throw explainRedisError(said ?? known, url) ?? error;
  } finally {
    redis.disconnect();
  }
}

/**
 * Works until the connection ends. ioredis never settles the `connect` of a cluster that responds but is not ready,
 * nor commands that wait for a cluster which has ended.
 */
async function untilEnd<T>(redis: RedisClient, work: () => Promise<T>): Promise<T> {
  let onEnd: () => void = () => undefined;
  const ended = new Promise<never>((_, reject) => {
    onEnd = () => reject(new Error(endedWithoutReason));
    redis.once('end', onEnd);
  });
  try {
    return await Promise.race([work(), ended]);
  } finally {
    redis.off('end', onEnd);
  }
}
