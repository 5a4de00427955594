import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PGlite } from '@electric-sql/pglite';
import { Job, Queue, RedisQueueBackend, Worker } from 'bullmq';
import { readMigrationFiles } from 'drizzle-orm/migrator';
import { Cluster, Redis } from 'ioredis';
import pg from 'pg';
import { describe, expect, test } from 'vitest';
import { migrationsFolder } from '#runfold/environment/package-files.js';

const manifest = JSON.parse(
  readFileSync(fileURLToPath(new URL('../../package.json', import.meta.url)), 'utf8'),
) as { dependencies: Record<string, string> };

/** The names that a prototype itself has. */
const own = (type: { prototype: object }) => Object.getOwnPropertyNames(type.prototype);

describe('what we rely on inside others', () => {
  test.each(['pg', 'bullmq', 'ioredis', '@electric-sql/pglite', 'drizzle-orm'])(
    '%s has the version that was looked into, and no other',
    (name) => {
      expect(manifest.dependencies[name]).toMatch(/^\d+\.\d+\.\d+$/);
    },
  );

  test('pg: a query prepares itself by parse, bind and describe on its connection', () => {
    const query = new (
      pg.Query as unknown as new (
        statement: object,
      ) => { requiresPreparation(): boolean; prepare(connection: object): void }
    )({
      text: 'select 1',
      name: 'one',
    });
    expect(query.requiresPreparation()).toBe(true);
    const calls: string[] = [];
    const note = (name: string) => () => calls.push(name);
    query.prepare({
      parsedStatements: {},
      submittedNamedStatements: {},
      ...Object.fromEntries(
        ['parse', 'bind', 'describe', 'execute', 'sync', 'flush'].map((name) => [name, note(name)]),
      ),
    });
    expect(calls.slice(0, 3)).toEqual(['parse', 'bind', 'describe']);
  });

  test('bullmq: a worker makes its backend and its jobs by methods of its own', () => {
    expect(own(Worker)).toEqual(expect.arrayContaining(['createBackend', 'createJob']));
  });

  test('bullmq: the backend for Redis runs every script by one method', () => {
    expect(own(RedisQueueBackend)).toContain('execCommand');
  });

  test('bullmq: a queue names the class of its jobs, and a job writes itself as JSON', () => {
    expect(own(Queue)).not.toContain('Job');
    let found: object | null = Queue.prototype;
    while (found !== null && !Object.hasOwn(found, 'Job')) found = Object.getPrototypeOf(found);
    expect(Object.getOwnPropertyDescriptor(found ?? {}, 'Job')?.get).toBeTypeOf('function');
    const job = Object.assign(Object.create(Job.prototype) as Job, { data: { a: 1 }, opts: {} });
    expect(job.asJSON()).toMatchObject({ data: '{"a":1}' });
  });

  test('bullmq: on Postgres, jobs are counted by the queue and the state of rows of its table', () => {
    const require = createRequire(import.meta.url);
    const folder = dirname(require.resolve('bullmq/package.json'));
    const sql = readFileSync(join(folder, 'dist/esm/postgres/sql-scripts.js'), 'utf8');
    const [, counts = ''] = /"get_counts\.sql": (".*?"),\n/.exec(sql) ?? [];
    expect(JSON.parse(counts)).toMatch(/state = 'waiting'[\s\S]*FROM job\nWHERE queue = \$1/);
  });

  test('ioredis: between two attempts to connect, disconnect says nothing', async () => {
    const taken = createTcpServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    taken.close();
    await once(taken, 'close');
    const redis = new Redis(port, '127.0.0.1', { retryStrategy: () => 60_000 });
    redis.on('error', () => undefined);
    await new Promise((resolve) => redis.on('reconnecting', resolve));
    redis.disconnect();
    expect(redis.status).toBe('reconnecting');
  });

  test('ioredis: what waits for a server is refused by a method of its client', () => {
    expect(own(Cluster)).toContain('flushQueue');
    expect(own(Redis)).toContain('flushQueue');
  });

  test('ioredis: a client connects by a method of its connector', async () => {
    const redis = new Redis({ lazyConnect: true });
    expect(redis).toHaveProperty('connector.connect', expect.any(Function));
    redis.disconnect();
  });

  test('ioredis: a client asks by INFO, at once, whether its server is ready', () => {
    let asked = 0;
    const info = async () => {
      asked += 1;
    };
    const { _readyCheck: check } = Redis.prototype as unknown as {
      _readyCheck(this: object, done: () => void): void;
    };
    check.call({ info }, () => undefined);
    expect(asked).toBe(1);
  });

  test('ioredis: the commands of a lost connection wait in a queue with this name', () => {
    const handler = createRequire(import.meta.url).resolve('ioredis/built/redis/event_handler.js');
    expect(readFileSync(handler, 'utf8')).toMatch(/\.prevCommandQueue = \w+\.commandQueue/);
  });

  test('node: a socket names the response that is being written to it', async () => {
    const server = createServer((request, response) => {
      const { _httpMessage: named } = request.socket as unknown as { _httpMessage?: unknown };
      response.end(String(named === response));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    try {
      expect(await (await fetch(`http://127.0.0.1:${port}`)).text()).toBe('true');
    } finally {
      server.close();
    }
  });

  test('pglite: passes messages of the protocol on, and starts with parameters of ours', () => {
    expect(PGlite.defaultStartParams).toBeInstanceOf(Array);
    for (const name of ['execProtocolRaw', 'execProtocolRawStream'] as const) {
      expect(PGlite.prototype[name]).toBeTypeOf('function');
    }
  });

  test('drizzle: a migration is its statements, its hash and its time', () => {
    const [first] = readMigrationFiles({ migrationsFolder });
    const text = readFileSync(`${migrationsFolder}/0000_initial.sql`, 'utf8');
    expect(first?.hash).toBe(createHash('sha256').update(text).digest('hex'));
    expect(first?.sql.join('--> statement-breakpoint')).toBe(text);
    expect(first?.folderMillis).toBeGreaterThan(1_700_000_000_000);
  });
});
