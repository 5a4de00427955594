import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import copy from 'pg-copy-streams';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { type EmbeddedStore, openEmbeddedStore } from '#runfold/embedded/embedded-store.js';
import { getSaid, kill, startChild } from './child.js';

const run = promisify(execFile);
let root: string;
let store: EmbeddedStore;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'rf-'));
  store = await openEmbeddedStore({ dir: join(root, 'store') });
});
afterAll(async () => {
  await store?.close();
  await rm(root, { recursive: true, force: true });
});

async function openClient(): Promise<pg.Client> {
  const client = new pg.Client(store.connection);
  client.on('error', () => undefined);
  await client.connect();
  onTestFinished(() => client.end());
  return client;
}

function psql(...args: string[]) {
  return run('psql', [
    '-h',
    store.connection.host,
    '-U',
    'postgres',
    '-d',
    'postgres',
    '-X',
    '-At',
    ...args,
  ]);
}

describe('the clients of an embedded store', () => {
  test('each get their own answers, twenty at a time', async () => {
    const clients = await Promise.all(Array.from({ length: 20 }, openClient));
    const wrong: unknown[] = [];
    await Promise.all(
      clients.map(async (client, who) => {
        for (let turn = 0; turn < 200; turn++) {
          const { rows } = await client.query('select $1::int as who, $2::text as turn', [
            who,
            `t${turn}`,
          ]);
          if (rows[0].who !== who || rows[0].turn !== `t${turn}`) wrong.push({ who, turn, rows });
        }
      }),
    );
    expect(wrong).toEqual([]);
  });

  test('get session defaults fit for Runfold and BullMQ', async () => {
    const client = await openClient();
    expect((await client.query('show search_path')).rows[0].search_path).toBe('bullmq,public');
    expect((await client.query('show timezone')).rows[0].TimeZone).toBe('UTC');
    expect((await client.query('show shared_buffers')).rows[0].shared_buffers).toBe('32MB');
    const { rows } = await client.query('select setconfig from pg_db_role_setting');
    expect(rows[0].setconfig).toContain('search_path=bullmq, public');
  });

  test('do not see into, or get into, one another’s transactions', async () => {
    const [a, b] = [await openClient(), await openClient()];
    await a.query('create table isolated (n int)');
    await a.query('begin');
    await a.query('insert into isolated values (1)');
    const order: string[] = [];
    const seen = b.query('select count(*)::int as n from isolated').then(({ rows }) => {
      order.push('b');
      return rows[0].n;
    });
    await a.query('insert into isolated values (2)');
    await a.query('rollback').then(() => order.push('a'));
    expect(await seen).toBe(0);
    expect(order).toEqual(['a', 'b']);
  });

  test('may leave while another’s transaction is open', async () => {
    const a = await openClient();
    const b = new pg.Client(store.connection);
    await b.connect();
    await a.query('begin');
    await b.end();
    await a.query('commit');
  });

  test.each(['end', 'destroy'] as const)('lose an open transaction on %s', async (way) => {
    const observer = await openClient();
    await observer.query('create table if not exists abandoned (n int)');
    const leaver = new pg.Client(store.connection);
    leaver.on('error', () => undefined);
    await leaver.connect();
    await leaver.query('begin');
    await leaver.query('insert into abandoned values (1)');
    const counted = observer.query('select count(*)::int as n from abandoned');
    if (way === 'end') await leaver.end();
    else
      (
        leaver as unknown as { connection: { stream: { destroy(): void } } }
      ).connection.stream.destroy();
    expect((await counted).rows[0].n).toBe(0);
  });

  test('get one error for a failing batch and go on', async () => {
    const client = await openClient();
    for (let round = 0; round < 50; round++) {
      await expect(client.query('select 1 / $1::int', [0])).rejects.toMatchObject({
        code: '22012',
      });
      await expect(client.query('selekt $1', [0])).rejects.toMatchObject({ code: '42601' });
      await expect(client.query('selekt')).rejects.toMatchObject({ code: '42601' });
      expect((await client.query('select $1::int as n', [round])).rows[0].n).toBe(round);
    }
    await client.query('begin');
    await expect(client.query('selekt')).rejects.toMatchObject({ code: '42601' });
    await expect(client.query('select 1')).rejects.toMatchObject({ code: '25P02' });
    await client.query('rollback');
    expect((await client.query('select 1 as n')).rows[0].n).toBe(1);
  });

  test('may flush a batch and keep the session until they sync', async () => {
    const [a, b] = [await openClient(), await openClient()];
    const { connection } = a as unknown as { connection: FlushConnection };
    const flushed = once(connection, 'dataRow');
    connection.parse({ text: 'select 7' });
    connection.bind({});
    connection.execute({});
    connection.flush();
    await flushed;
    let answered = false;
    const other = b.query('select 8 as n').then(({ rows }) => {
      answered = true;
      return rows[0].n;
    });
    const described = once(connection, 'rowDescription');
    connection.parse({ text: 'select 9' });
    connection.describe({ type: 'S' });
    connection.flush();
    await described;
    expect(answered).toBe(false);
    connection.sync();
    expect(await other).toBe(8);
  });

  test('pass ten megabytes in one parameter and get them back', async () => {
    const client = await openClient();
    const big = 'é'.repeat(5 * 1024 * 1024);
    const { rows } = await client.query('select $1::text as big', [big]);
    expect(rows[0].big === big).toBe(true);
  });

  test('are refused another database, and unknown messages end only their own connection', async () => {
    const other = new pg.Client({ ...store.connection, database: 'nope' });
    await expect(other.connect()).rejects.toMatchObject({ code: '3D000' });
    const raw = connect(join(store.connection.host, '.s.PGSQL.5432'));
    const body = Buffer.from('user\0postgres\0database\0postgres\0\0');
    const head = Buffer.alloc(8);
    head.writeInt32BE(body.length + 8);
    head.writeInt32BE(196_608, 4);
    raw.write(Buffer.concat([head, body, Buffer.from('~\0\0\0\x04', 'latin1')]));
    raw.resume();
    await once(raw, 'close');
    expect((await (await openClient()).query('select 1 as n')).rows[0].n).toBe(1);
  });
});

interface FlushConnection extends NodeJS.EventEmitter {
  parse(query: { text: string }): void;
  bind(config: object): void;
  describe(config: { type: 'S' | 'P' }): void;
  execute(config: object): void;
  flush(): void;
  sync(): void;
}

describe('notifications', () => {
  test('reach idle listeners at once, once each, and nobody else', async () => {
    const [a, b, deaf, sender] = [
      await openClient(),
      await openClient(),
      await openClient(),
      await openClient(),
    ];
    const heard: string[] = [];
    a.on('notification', ({ payload }) => heard.push(`a ${payload}`));
    b.on('notification', ({ payload }) => heard.push(`b ${payload}`));
    deaf.on('notification', ({ payload }) => heard.push(`deaf ${payload}`));
    sender.on('notification', ({ payload }) => heard.push(`sender ${payload}`));
    await a.query('-- subscribe\nlisten news;\n');
    await b.query('listen "news"');
    await sender.query('listen news');
    const reached = Promise.all([once(a, 'notification'), once(b, 'notification')]);
    await sender.query("select pg_notify('news', $1)", ['x']);
    await reached;
    expect(heard.sort()).toEqual(['a x', 'b x', 'sender x']);
  });

  test('go on when another listener stops or leaves', async () => {
    const [stays, stops, sender] = [await openClient(), await openClient(), await openClient()];
    const leaves = new pg.Client(store.connection);
    await leaves.connect();
    for (const client of [stays, stops, leaves]) await client.query('listen lasting');
    const stopped: unknown[] = [];
    stops.on('notification', (message) => stopped.push(message));
    await stops.query('unlisten *');
    await leaves.end();
    const heard = once(stays, 'notification');
    await sender.query("notify lasting, 'still'");
    expect((await heard)[0]).toMatchObject({ channel: 'lasting', payload: 'still' });
    await stops.query('select 1');
    expect(stopped).toEqual([]);
  });

  test('reach listeners in other processes', async () => {
    const child = startChild('store-client.mjs', store.connection.host);
    onTestFinished(() => kill(child));
    expect(await getSaid(child)).toEqual({ event: 'listening' });
    const said = getSaid(child);
    await (await openClient()).query("notify elsewhere, 'hello'");
    expect(await said).toEqual({ event: 'notified', payload: 'hello' });
  });
});

describe('copy', () => {
  test('goes in and out by streams, with other clients at work', async () => {
    const [client, other] = [await openClient(), await openClient()];
    await client.query('create table copied (n int, t text)');
    const into = client.query(copy.from('copy copied (n, t) from stdin'));
    const lines = Array.from({ length: 20_000 }, (_, n) => `${n}\ttext ${n}\n`);
    const [, busy] = await Promise.all([
      pipeline(lines, into),
      other.query('select $1::int as n', [4]),
    ]);
    expect(busy.rows[0].n).toBe(4);
    expect(into.rowCount).toBe(20_000);
    let out = '';
    for await (const chunk of client.query(copy.to('copy copied to stdout'))) out += chunk;
    expect(out).toBe(lines.join(''));
  });

  test('that fails, or was not expected, is an error like any other', async () => {
    const client = await openClient();
    await client.query('create table miscopied (n int)');
    const into = client.query(copy.from('copy miscopied from stdin'));
    await expect(pipeline(['1\n', 'x\n'], into)).rejects.toMatchObject({ code: '22P02' });
    await expect(client.query('select 1; copy miscopied from stdin')).rejects.toThrow(
      /simple query/,
    );
    expect((await client.query('select count(*)::int as n from miscopied')).rows[0].n).toBe(0);
  });

  test('and queries work from psql', async () => {
    await psql('-c', 'create table psql_copied (n int)');
    await run('sh', [
      '-c',
      'seq 1000 | psql -h "$0" -U postgres -X -c "\\copy psql_copied from stdin"',
      store.connection.host,
    ]);
    expect((await psql('-c', 'select sum(n) from psql_copied')).stdout).toBe('500500\n');
    expect((await psql('-c', '\\copy psql_copied to stdout')).stdout.split('\n')).toHaveLength(
      1001,
    );
  });
});
