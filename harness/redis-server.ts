import { join } from 'node:path';
import { Redis } from 'ioredis';
import { dockerAnswers, startContainer } from './container.js';
import { findBinaries, freePort } from './server-binary.js';
import { startServer } from './server-process.js';
import type { ServerRoutes, TestServer } from './test-server.js';

/** The version that BullMQ requires. */
const oldest = [6, 2] as const;

/** Runs `work` on a separate connection that fails instead of reconnecting. */
export async function withRedis<T>(url: string, work: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: 5_000,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  let reason: Error | undefined;
  redis.on('error', (error) => {
    reason = error;
  });
  try {
    await redis.connect();
    return await work(redis);
  } catch (error) {
    // "Connection is closed." hides the cause. The event before it has it.
    throw reason ?? error;
  } finally {
    redis.disconnect();
  }
}

async function accept(
  url: string,
  origin: string,
  stop: TestServer['stop'] = async () => undefined,
): Promise<TestServer> {
  const information = await withRedis(url, (redis) => redis.info('server'));
  const version = /^redis_version:(\S+)/m.exec(information)?.[1];
  if (version === undefined) throw new Error('Expected redis_version in the answer to INFO');
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < oldest[0] || (major === oldest[0] && minor < oldest[1])) {
    throw new Error(`Expected Redis >= ${oldest.join('.')}, got ${version}`);
  }
  return { name: 'Redis', url, version, origin, stop };
}

async function fromEnvironment(): Promise<TestServer | string> {
  const url = process.env.TEST_REDIS_URL;
  if (url === undefined || url === '') return 'TEST_REDIS_URL is not set';
  return await accept(url, 'TEST_REDIS_URL');
}

async function fromContainer(): Promise<TestServer | string> {
  if (!(await dockerAnswers())) return 'Docker does not answer';
  const container = await startContainer({
    image: 'redis:8-alpine',
    port: 6379,
    ready: { line: /Ready to accept connections/, times: 1 },
  });
  return await accept(`redis://${container.host}:${container.port}`, 'container', container.stop);
}

async function fromLocalServer(): Promise<TestServer | string> {
  try {
    return await accept('redis://127.0.0.1:6379', 'local server');
  } catch (error) {
    return `no usable local server (${error instanceof Error ? error.message : String(error)})`;
  }
}

async function fromBinaries(): Promise<TestServer | string> {
  const binaries = findBinaries(['redis-server']);
  if (binaries === undefined) return 'no redis-server on the PATH';
  const port = await freePort();
  return await startServer({
    name: 'Redis',
    command: join(binaries, 'redis-server'),
    async prepare(folder) {
      const settings = {
        port: String(port),
        bind: '127.0.0.1',
        dir: folder,
        save: '',
        appendonly: 'no',
        'maxmemory-policy': 'noeviction',
      };
      return Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
    },
    stopSignal: 'SIGTERM',
    reach: (stop) => accept(`redis://127.0.0.1:${port}`, 'started for the tests', stop),
  });
}

/** How each route finds a Redis. */
export const redisRoutes: ServerRoutes = {
  environment: fromEnvironment,
  containers: fromContainer,
  local: fromLocalServer,
  binaries: fromBinaries,
};
