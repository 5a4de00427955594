import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { unpackStoreTemplate } from '#runfold/embedded/folder/store-template.js';
import { createClientConnection } from '#runfold/embedded/server/client-connection.js';
import { openEmbeddedDatabase } from '#runfold/embedded/server/embedded-database.js';
import { createMultiplexer } from '#runfold/embedded/server/multiplexer.js';

/** A store whose clients may keep a transaction open without a statement for only a short time. */
async function openStore(idle_ms: number) {
  const root = await mkdtemp(join(tmpdir(), 'rf-'));
  const folder = join(root, 'data');
  await unpackStoreTemplate(folder);
  const database = await openEmbeddedDatabase(folder, 'template');
  const { add, wake, destroy } = createMultiplexer(
    database,
    (error) => {
      throw error;
    },
    idle_ms,
  );
  const server = createServer((socket) => {
    add(createClientConnection(socket, database.parameters, wake));
  }).listen(join(root, '.s.PGSQL.5432'));
  await once(server, 'listening');
  onTestFinished(async () => {
    destroy();
    server.close();
    await database.close();
    await rm(root, { recursive: true, force: true });
  });
  return async () => {
    const client = new pg.Client({
      host: root,
      port: 5432,
      user: 'postgres',
      database: 'postgres',
    });
    client.on('error', () => undefined);
    await client.connect();
    onTestFinished(() => client.end());
    return client;
  };
}

test('a client that stops in the middle of a transaction does not stop the others', async () => {
  const open = await openStore(200);
  const [stopped, other, third] = [await open(), await open(), await open()];
  await stopped.query('create table kept (n int)');
  await stopped.query('begin; insert into kept values (1)');
  const ended = new Promise((resolve) => stopped.once('end', resolve));
  // More requests do not give it more time.
  const asking = setInterval(() => void third.query('select 1').catch(() => undefined), 20);
  onTestFinished(() => clearInterval(asking));
  const { rows } = await other.query('select count(*)::int as rows from kept');
  expect(rows).toEqual([{ rows: 0 }]);
  await ended;
});

test('a client may keep its transaction for as long as nobody waits', async () => {
  const open = await openStore(50);
  const [client, other] = [await open(), await open()];
  await client.query('create table kept (n int)');
  await client.query('begin; insert into kept values (1)');
  await new Promise((resolve) => setTimeout(resolve, 200));
  await client.query('commit');
  const { rows } = await other.query('select count(*)::int as rows from kept');
  expect(rows).toEqual([{ rows: 1 }]);
});
