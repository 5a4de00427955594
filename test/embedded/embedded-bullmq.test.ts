import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createPostgresBackend,
  type PostgresConnectionOptions,
  Queue,
  runMigrations,
  Worker,
} from 'bullmq';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type EmbeddedStore, openEmbeddedStore } from '#runfold/embedded/embedded-store.js';

let root: string;
let store: EmbeddedStore;
let pool: pg.Pool;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'rf-'));
  store = await openEmbeddedStore({ dir: join(root, 'store') });
  pool = new pg.Pool({ ...store.connection, max: 10 });
  const client = await pool.connect();
  await runMigrations(client);
  client.release();
});
afterAll(async () => {
  await pool?.end();
  await store?.close();
  await rm(root, { recursive: true, force: true });
});

test('an idle BullMQ worker is told of a job, long before it would look for one by itself', async () => {
  // BullMQ describes a pool by its own structural type, which @types/pg does not meet exactly.
  const connection = pool as unknown as PostgresConnectionOptions;
  const queue = new Queue('idle', { connection }, createPostgresBackend);
  // On its own it checks only once in ten minutes, and the test would not wait for that.
  const worker = new Worker(
    'idle',
    async (job) => job.data.n * 2,
    { connection, drainDelay: 600 },
    createPostgresBackend,
  );
  await worker.waitUntilReady();
  for (let n = 0; n < 10; n++) {
    const drained = n === 0 ? undefined : once(worker, 'drained');
    const completed = once(worker, 'completed');
    await queue.add('double', { n });
    const [job, result] = await completed;
    expect([job.data.n, result]).toEqual([n, n * 2]);
    await drained;
  }
  await worker.close();
  await queue.close();
});
