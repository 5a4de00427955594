import { describe, expect, test } from 'vitest';
import { createProducer } from '#runfold/ingest/producer.js';
import { findOutage, migrateQueue, openQueue } from '#runfold/queue/open-queue.js';
import { explainRedisError } from '#runfold/queue/queue-errors.js';
import { explainDatabaseError } from '#runfold/store/store-errors.js';
import { createTestDatabase } from '../../harness/database.js';
import { startNode } from '../../harness/processes.js';
import { freePort } from '../../harness/server-binary.js';
import { openSilentServer } from '../../harness/silent-server.js';
import { describeWithPostgres } from '../../harness/suite.js';
import { openTcpProxy } from '../../harness/tcp-proxy.js';
import { waitUntil } from '../../harness/wait-until.js';

describe.each([
  ['a Redis', ''],
  ['a Redis Cluster', '?cluster=true'],
  ['sentinels', '?sentinel=main'],
])('a queue on %s never there', (_, kind) => {
  const away = async () => {
    const port = await freePort();
    return { kind: 'redis', url: `redis://user:secret@127.0.0.1:${port}${kind}` } as const;
  };

  test('is told of once, with the host and no password', async () => {
    const errors: Error[] = [];
    const queue = await openQueue(await away(), { onError: (error) => errors.push(error) });
    await waitUntil(() => errors.length > 0, Boolean);
    await queue.close();
    expect(errors).toEqual([expect.objectContaining({ code: 'queue_unreachable' })]);
    expect(errors[0]?.message).toMatch(/^Cannot reach Redis at 127\.0\.0\.1:\d+: /);
    expect(errors[0]?.message).not.toContain('secret');
  });

  test('closes, and what waits for it is refused', async () => {
    const queue = await openQueue(await away(), { onError: () => undefined });
    const adding = queue.add('events', {}).catch((error: unknown) => error);
    await queue.close();
    expect(await adding).toBeInstanceOf(Error);
  });

  test('lets its producer close and its process end', async () => {
    const { url } = await away();
    const script = `
      import { createProducer } from '#runfold/producer.js';
      const producer = await createProducer({ queue: { kind: 'redis', url: '${url}' } });
      producer.message({ run_id: 'run-1', role: 'user' });
      await producer.close({ timeout_ms: 300 }).catch((error) => console.log(error.code));
      console.log('closed');
      // Of the timers, only this one lets the process end.
      setTimeout(() => console.log('lingers'), 3_000).unref();`;
    const { code, stdout } = await startNode(['--input-type=module', '--eval', script]).exit;
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'queue_unavailable\nclosed\n' });
  });

  test('is found to be away', async () => {
    expect(await findOutage(await away())).toMatchObject({ code: 'queue_unreachable' });
  });

  test('keeps the events that could not be handed over to itself', async () => {
    const producer = await createProducer({ queue: await away() });
    producer.message({ run_id: 'run-1', role: 'user' });
    await expect(producer.flush({ timeout_ms: 100 })).rejects.toMatchObject({ waiting_events: 1 });
    await expect(producer.close({ timeout_ms: 100 })).rejects.toMatchObject({
      code: 'queue_unavailable',
    });
  });
});

test('a server that takes connections and says nothing is away, of whatever kind', async () => {
  const silent = await openSilentServer();
  try {
    const outages = ['', '?cluster=true', '?sentinel=main'].map((kind) =>
      findOutage({ kind: 'redis', url: `redis://user:secret@${silent.place}${kind}` }),
    );
    const unreachable = expect.objectContaining({ code: 'queue_unreachable' });
    expect(await Promise.all(outages)).toEqual([unreachable, unreachable, unreachable]);
  } finally {
    silent.close();
  }
});

test('an outage of Redis is not taken for one of Postgres, and a URL with TLS says what it needs', () => {
  const outage = explainRedisError(new Error('Connection is closed.'), 'rediss://host');
  expect(explainDatabaseError(outage)).toBe(outage);
  expect(outage?.message).toBe(
    'Cannot reach Redis at host: Connection is closed. Check that it is running and that REDIS_URL names it. With rediss: it must also accept TLS on that port.',
  );
});

describeWithPostgres('a queue on Postgres that is not there at first', () => {
  test('takes the events of its producer once it is there', async () => {
    const home = await createTestDatabase();
    await migrateQueue({ kind: 'postgres', connection: home.url });
    const proxy = await openTcpProxy(home.url, 5432);
    await proxy.cut();
    const errors: Error[] = [];
    const producer = await createProducer({
      queue: { kind: 'postgres', connection: proxy.url },
      on_error: (error) => void errors.push(error),
    });
    try {
      producer.message({ run_id: 'run-1', role: 'user' });
      await expect(producer.flush({ timeout_ms: 200 })).rejects.toMatchObject({
        waiting_events: 1,
      });
      await waitUntil(() => errors.length > 0, Boolean);
      await proxy.restore();
      await producer.flush();
      expect(producer.stats()).toMatchObject({ waiting_events: 0 });
    } finally {
      await producer.close();
      await proxy.close();
      await home.drop();
    }
  });
});
