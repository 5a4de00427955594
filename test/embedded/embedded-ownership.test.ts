import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import {
  type EmbeddedStore,
  findEmbeddedStore,
  openEmbeddedStore,
} from '#runfold/embedded/embedded-store.js';
import { serveEmbeddedStore, shareEmbeddedStore } from '#runfold/embedded/share-store.js';
import { openDatabase } from '#runfold/postgres/database.js';
import { verify } from '#runfold/projections/audit/verify.js';
import { waitUntilFolded } from '#runfold/query/wait-until-folded.js';
import { openRunfold, type Runfold } from '#runfold/runfold.js';
import { CannotDivideError, createShards } from '#runfold/store/create-shards.js';
import { startNode } from '../../harness/processes.js';
import { waitUntil } from '../../harness/wait-until.js';
import { getSaid, kill, startChild } from './child.js';

let root: string;
let dir: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'rf-'));
  dir = join(root, 'a', 'store');
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function open(options?: { tcp_port?: number; role?: string }): Promise<EmbeddedStore> {
  const store = await openEmbeddedStore({ dir, ...options });
  onTestFinished(() => store.close());
  return store;
}

async function query(connection: pg.ClientConfig, sql: string): Promise<unknown[]> {
  const client = new pg.Client(connection);
  await client.connect();
  try {
    return (await client.query({ text: sql, rowMode: 'array' })).rows.flat();
  } finally {
    await client.end();
  }
}

/** `once()` would reject on the error that precedes the end. */
function hasEnded(client: pg.Client): Promise<void> {
  return new Promise((resolve) => client.once('end', () => resolve()));
}

describe('an embedded store’s folder', () => {
  test('is private, and left without socket and owner by a clean close', async () => {
    const store = await open();
    expect((await stat(dir)).mode & 0o777).toBe(0o700);
    expect((await readFile(join(dir, 'data', 'PG_VERSION'), 'utf8')).trim()).toBe('18');
    await query(store.connection, 'create table kept as select 7 as n');
    await store.close();
    await store.close();
    expect(await store.exited).toBeUndefined();
    expect((await readdir(dir)).sort()).toEqual(['.gitignore', 'data']);
    expect(await findEmbeddedStore(dir)).toBeUndefined();
    const again = await open();
    expect(await query(again.connection, 'select n from kept')).toEqual([7]);
  });

  test('may have a path too long for a socket', async () => {
    dir = join(root, 'x'.repeat(120), 'store');
    const store = await open();
    expect(store.connection.host).not.toBe(dir);
    expect((await stat(store.connection.host)).mode & 0o777).toBe(0o700);
    expect(await query(store.connection, 'select 1')).toEqual([1]);
    expect((await findEmbeddedStore(dir))?.connection).toEqual(store.connection);
    await store.close();
    await expect(stat(store.connection.host)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('may have such a path where temporary files have one too', async () => {
    dir = join(root, 'x'.repeat(120), 'store');
    const temporary = join(root, 'y'.repeat(120));
    await mkdir(temporary);
    vi.stubEnv('TMPDIR', temporary);
    try {
      const store = await open();
      expect(dirname(store.connection.host)).toBe('/tmp');
      expect(await query(store.connection, 'select 1')).toEqual([1]);
      await store.close();
      await expect(stat(store.connection.host)).rejects.toMatchObject({ code: 'ENOENT' });
    } finally {
      vi.unstubAllEnvs();
    }
  });

  test('is served on loopback TCP when asked', async () => {
    const port = 20_000 + (process.pid % 20_000);
    const store = await open({ tcp_port: port });
    expect(await query({ ...store.connection, host: '127.0.0.1', port }, 'select 1')).toEqual([1]);
    const database = openDatabase(`postgres://postgres@127.0.0.1:${port}/postgres`);
    try {
      await database.query('select 1');
      expect(database.shares_session, 'by URL').toBe(true);
      const divided = createShards(database, { stripes: 2, kind: 'partitions' });
      await expect(divided).rejects.toThrow(CannotDivideError);
    } finally {
      await database.close();
    }
    const other = openEmbeddedStore({ dir: `${dir}-beside`, tcp_port: port });
    await expect(other).rejects.toMatchObject({
      code: 'embedded_store_port_unavailable',
      message: expect.stringMatching(/: another process uses this port\. Choose another one, or/),
    });
    await store.close();
  });

  test('is waited for while its owner starts, and then said not to respond', async () => {
    const store = await open({ role: 'runfold up' });
    const served = join(dir, '.s.PGSQL.5432');
    await rename(served, `${served}.away`);
    const started = shareEmbeddedStore({ dir });
    await expect(shareEmbeddedStore({ dir, patience_ms: 0 })).rejects.toMatchObject({
      code: 'embedded_store_in_use',
      is_silent: true,
      message: expect.stringMatching(
        /does not respond: process \d+ \(runfold up\), which .* is starting, ending, busy or paused\. Try again/,
      ),
    });
    await rename(`${served}.away`, served);
    const { connection, served: own } = await started;
    expect([connection, own]).toEqual([store.connection, undefined]);
  });

  test.skipIf(process.platform !== 'linux')(
    'is refused, and not tried for ever, where no folder can be made',
    async () => {
      dir = '/proc/runfold/store';
      await expect(open()).rejects.toMatchObject({ code: 'embedded_store_not_writable', dir });
    },
  );

  test('is refused with a typed error when it is unfit', async () => {
    await mkdir(join(root, 'a'));
    await writeFile(dir, 'a file');
    await expect(open()).rejects.toMatchObject({ code: 'embedded_store_not_a_directory', dir });
    dir = join(root, 'shared');
    await mkdir(dir);
    await chmod(dir, 0o755);
    await writeFile(join(dir, 'thesis.txt'), '');
    await expect(open()).rejects.toMatchObject({ code: 'embedded_store_not_private' });
    dir = join(root, 'newer');
    await mkdir(join(dir, 'data'), { recursive: true, mode: 0o700 });
    await expect(open()).rejects.toMatchObject({ code: 'embedded_store_unreadable' });
    await writeFile(join(dir, 'data', 'PG_VERSION'), '19\n');
    await expect(open()).rejects.toMatchObject({ code: 'embedded_store_wrong_version' });
    await writeFile(join(dir, 'data', 'PG_VERSION'), '18\n');
    await expect(open()).rejects.toMatchObject({ code: 'embedded_store_unreadable' });
    expect(await readdir(dir)).toEqual(['data']);
  });
});

describe('the ownership of an embedded store', () => {
  test('is refused to a second opener, in this process or another', async () => {
    const store = await open({ role: 'up' });
    const owner = { pid: process.pid, role: 'up', dir };
    await expect(open()).rejects.toMatchObject({ code: 'embedded_store_in_use', ...owner });
    const child = startChild('store-owner.mjs', dir);
    onTestFinished(() => kill(child));
    expect(await getSaid(child)).toMatchObject({ code: 'embedded_store_in_use', pid: process.pid });
    expect(await findEmbeddedStore(dir)).toEqual({
      connection: store.connection,
      owner_pid: process.pid,
      yields: false,
      role: 'up',
    });
  });

  test('goes to exactly one of several that start at once, on a free folder and on a dead one’s', async () => {
    for (let round = 0; round < 2; round++) {
      const children = Array.from({ length: 4 }, () => startChild('store-owner.mjs', dir));
      onTestFinished(async () => void (await Promise.all(children.map(kill))));
      const said = await Promise.all(children.map(getSaid));
      const winner = children[said.findIndex(({ event }) => event === 'open')];
      expect(said.map(({ event }) => event).sort()).toEqual([
        'open',
        'refused',
        'refused',
        'refused',
      ]);
      for (const { event, code, pid } of said) {
        if (event === 'refused')
          expect({ code, pid }).toEqual({ code: 'embedded_store_in_use', pid: winner?.pid });
      }
      // A round ends with killed owners. The next one competes for what they left.
      await Promise.all(children.map(kill));
    }
  });

  test('passes on after kill -9 with every acknowledged row', async () => {
    const child = startChild('store-owner.mjs', dir);
    onTestFinished(() => kill(child));
    const { connection } = await getSaid(child);
    const client = new pg.Client(connection);
    client.on('error', () => undefined);
    await client.connect();
    await client.query('create table acknowledged (n int primary key)');
    let last = 0;
    const cut = (async () => {
      for (;;) {
        await client.query('insert into acknowledged values ($1)', [last + 1]);
        last += 1;
        if (last === 300) child.kill('SIGKILL');
      }
    })();
    await expect(cut).rejects.toThrow();
    await kill(child);
    expect(await findEmbeddedStore(dir)).toBeUndefined();
    const store = await open();
    const [count, max] = await query(
      store.connection,
      'select count(*)::int, max(n) from acknowledged',
    );
    expect(count).toBe(max);
    expect([last, last + 1]).toContain(max);
  });

  test('passes on while guests write: they go on at the next owner, with every event once', async () => {
    const script = `
      import { openRunfold } from '#runfold/runfold.js';
      await openRunfold({ dir: ${JSON.stringify(dir)}, worker: false });
      console.log('open');
      setInterval(() => undefined, 60_000);`;
    const owner = startNode(['--input-type=module', '--eval', script]);
    await owner.waitForLine(/^open$/);
    const log = pino({ level: 'silent' });
    const guests = await Promise.all(
      [1, 2].map((guest) => openRunfold({ dir, log, worker: guest === 1 })),
    );
    const opened: Pick<Runfold, 'close'>[] = [...guests];
    onTestFinished(async () => {
      for (const { close } of opened) await close({ timeout_ms: 1_000 }).catch(() => undefined);
    });
    expect(guests.map(({ tier }) => tier.is_owner)).toEqual([false, false]);
    const emit = (from: number) => {
      for (const [at, { producer }] of guests.entries()) {
        for (let n = from; n < from + 60; n++)
          producer.run({ run_id: `guest-${at}`, id: `e-${n}` });
      }
      return Promise.all(guests.map(({ producer }) => producer.flush({ timeout_ms: 60_000 })));
    };
    await emit(0);
    const underWay = emit(60);
    owner.kill('SIGKILL');
    await owner.exit;
    const alone = emit(120);
    const next = await openRunfold({ dir, log, worker: false });
    expect(next.tier.is_owner).toBe(true);
    await Promise.all([underWay, alone]);
    await emit(180);
    await waitUntil(
      () => next.database.query('select count(*)::int as events from runfold.events'),
      ([row]) => row?.events === 480,
      { what: '480 events' },
    );
    expect(await verify(next.database)).toMatchObject({ equal: true, events: 480 });
    for (const guest of guests) await guest.close();
    opened.splice(0);
    await next.close();
  });

  test.each([true, false])(
    'is served by a guest that has events to write when the owner has ended (worker: %s)',
    async (worker) => {
      const log = pino({ level: 'silent' });
      const owner = await openRunfold({ dir, log, worker: false });
      const guest = await openRunfold({ dir, log, worker });
      guest.producer.run({ run_id: 'r', id: 'before' });
      await guest.producer.flush({ timeout_ms: 60_000 });
      await owner.close();
      for (const id of ['a', 'b', 'c']) guest.producer.run({ run_id: 'r', id });
      await guest.close({ timeout_ms: 60_000 });
      expect(await findEmbeddedStore(dir)).toBeUndefined();
      const next = await openRunfold({ dir, log });
      onTestFinished(() => next.close());
      const keys = ['before', 'a', 'b', 'c'].map((id) => ({ session_id: 'r', id }));
      await waitUntilFolded(next.database, keys, { timeout_ms: 60_000 });
      expect(await verify(next.database)).toMatchObject({ equal: true, events: 4 });
    },
  );

  test('is handed back by a guest to a process that wants to serve it', async () => {
    const log = pino({ level: 'silent' });
    const owner = await openRunfold({ dir, log, worker: false });
    const guest = await openRunfold({ dir, log, role: 'a guest' });
    onTestFinished(() => guest.close({ timeout_ms: 1_000 }));
    await owner.close();
    guest.producer.run({ run_id: 'r', id: 'alone' });
    await guest.producer.flush({ timeout_ms: 60_000 });
    expect(await findEmbeddedStore(dir)).toMatchObject({ role: 'a guest', yields: true });

    const served = await serveEmbeddedStore({ dir, role: 'runfold up' });
    onTestFinished(() => served.close());
    expect(await findEmbeddedStore(dir)).toMatchObject({ role: 'runfold up', yields: false });
    guest.producer.run({ run_id: 'r', id: 'back' });
    await guest.producer.flush({ timeout_ms: 60_000 });
    await expect(serveEmbeddedStore({ dir })).rejects.toThrow(/\(runfold up\) serves this store/);
    await guest.close();
    const database = openDatabase(served.connection);
    onTestFinished(() => database.close());
    expect(await verify(database)).toMatchObject({ equal: true });
    expect(await readdir(dir)).not.toContain('handover');
  });

  test('is given up by a close that lets running work finish and rolls open work back', async () => {
    const store = await open();
    const worker = new pg.Client(store.connection);
    const idler = new pg.Client(store.connection);
    for (const client of [worker, idler]) {
      client.on('error', () => undefined);
      await client.connect();
    }
    await worker.query('create table finished (n int)');
    const ended = Promise.all([worker, idler].map(hasEnded));
    const begun = idler.query('begin; insert into finished values (99)');
    const inserted = worker.query('insert into finished select generate_series(1, 1000)');
    await begun;
    // The response to a later client's handshake shows that the earlier insert was read.
    const probe = new pg.Client(store.connection);
    probe.on('error', () => undefined);
    await probe.connect();
    const closed = store.close();
    await inserted;
    await ended;
    await closed;
    const again = await open();
    expect(await query(again.connection, 'select count(*)::int from finished')).toEqual([1000]);
  });
});
