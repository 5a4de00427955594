import type { Redis } from 'ioredis';
import { describe, expect, test } from 'vitest';
import { createClient, type RedisClient } from '#runfold/queue/redis-client.js';
import { testRedisUrl } from '../../harness/queue-prefix.js';
import { freePort } from '../../harness/server-binary.js';
import { describeWithRedis } from '../../harness/suite.js';
import { openTcpProxy } from '../../harness/tcp-proxy.js';

const settings = {
  connectTimeout: 1_000,
  maxRetriesPerRequest: null,
  retry: () => 1_000,
  lazyConnect: true,
};
/** What `events.once` does, except that it takes no error for the end. */
const event = (client: RedisClient, name: string) =>
  new Promise<void>((resolve) => void client.once(name, () => resolve()));
const away = async (kind: string) => {
  const client = createClient(`redis://127.0.0.1:${await freePort()}${kind}`, settings);
  client.on('error', () => undefined);
  return client;
};

async function endsAfter(name: string, client: RedisClient): Promise<void> {
  client.connect().catch(() => undefined);
  await event(client, name);
  const asked = expect(client.info()).rejects.toThrow();
  const ended = event(client, 'end');
  client.disconnect();
  await ended;
  await asked;
}

describe.each([
  ['a Redis', '', 'reconnecting'],
  ['a Redis Cluster', '?cluster=true', 'reconnecting'],
  // ioredis asks them again without another state.
  ['sentinels', '?sentinel=main', 'error'],
])('a client of %s', (_, kind, name) => {
  test('ends between two attempts to connect, and rejects what waits', async () => {
    await endsAfter(name, await away(kind));
  });

  test('ends while it looks up names', async () => {
    const client = await away(kind);
    client.connect().catch(() => undefined);
    const ended = event(client, 'end');
    client.disconnect();
    await ended;
  });
});

test('a copy of a client ends between two attempts to connect', async () => {
  const copy = ((await away('')) as Redis).duplicate();
  copy.on('error', () => undefined);
  await endsAfter('reconnecting', copy);
});

test('a copy of a client ends with it, and stays so', async () => {
  const client = await away('');
  const copy = (client as Redis).duplicate();
  copy.on('error', () => undefined);
  copy.connect().catch(() => undefined);
  await event(copy, 'reconnecting');
  const ended = event(copy, 'end');
  client.disconnect();
  await ended;
  await expect(copy.connect()).rejects.toThrow('Connection is closed.');
});

test('a client of a cluster goes on when a former node ends while it looks up names', async () => {
  const client = await away('?cluster=true');
  client.connect().catch(() => undefined);
  // A frozen node ends two seconds after the client has left it. This is what its end does.
  const { connectionPool } = client as unknown as { connectionPool: NodeJS.EventEmitter };
  connectionPool.emit('drain');
  await event(client, 'reconnecting');
  client.disconnect();
});

describeWithRedis('a client of a server that froze', () => {
  test('rejects at its end what waited for the connection before', async () => {
    const proxy = await openTcpProxy(testRedisUrl(), 6379);
    const client = createClient(proxy.url, { ...settings, retry: () => 10 });
    client.on('error', () => undefined);
    await client.connect();
    proxy.slow(3_600_000);
    const asked = expect(client.info()).rejects.toThrow('Connection is closed.');
    proxy.drop();
    // The next connection is accepted, and never gets ready.
    await event(client, 'connect');
    client.disconnect();
    await asked;
    await proxy.close();
  });
});
