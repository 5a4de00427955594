import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  type EmbeddedStore,
  findEmbeddedStore,
  openEmbeddedStore,
} from '#runfold/embedded/embedded-store.js';
import { getSaid, kill, startChild } from './child.js';

let root: string;
let dir: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'rf-'));
  dir = join(root, 'store');
});
afterEach(() => vi.useRealTimers());
afterEach(() => rm(root, { recursive: true, force: true }));

async function query(store: Pick<EmbeddedStore, 'connection'>, sql: string): Promise<unknown[]> {
  const client = new pg.Client(store.connection);
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query({ text: sql, rowMode: 'array' })).rows.flat();
  } finally {
    await client.end();
  }
}

describe('an owner whose folder is another one', () => {
  test.each([
    ['was removed and made anew', () => rm(dir, { recursive: true })],
    ['was moved away', () => rename(dir, join(root, 'moved'))],
  ])('that %s stops with a word, and leaves the new one alone', async (_, replace) => {
    // It looks after its folder late, as on a busy machine: there is a new store under the name by then.
    vi.useFakeTimers({ toFake: ['setInterval'] });
    const former = await openEmbeddedStore({ dir });
    await query(former, 'create table old as select 1 as n');
    await replace();
    const next = await openEmbeddedStore({ dir });
    vi.advanceTimersByTime(1_000);
    vi.useRealTimers();
    expect((await former.exited)?.message).toMatch(
      /another folder, or none, is under its name now/,
    );
    await query(next, 'create table kept as select 7 as n');
    expect(await readdir(dir)).toContain('.s.PGSQL.5432');
    await next.close();
    const again = await openEmbeddedStore({ dir });
    expect(await query(again, 'select n from kept')).toEqual([7]);
    await again.close();
  });

  test('a copy of a served folder is a store of its own', async () => {
    const child = startChild('store-owner.mjs', dir);
    await getSaid(child);
    await kill(child);
    const copy = join(root, 'copy');
    await cp(dir, copy, { recursive: true, filter: (from) => !from.endsWith('.s.PGSQL.5432') });
    const served = await openEmbeddedStore({ dir });
    expect(await findEmbeddedStore(copy)).toBeUndefined();
    const other = await openEmbeddedStore({ dir: copy });
    await query(other, 'create table mine as select 1 as n');
    await other.close();
    // The served one still has its socket, and none of the other's tables.
    expect(await query(served, "select to_regclass('mine')::text")).toEqual([null]);
    await served.close();
  });

  test('a copy of a folder made while it is served does not lead to the original', async () => {
    const served = await openEmbeddedStore({ dir });
    const copy = join(root, 'copy');
    await mkdir(copy, { mode: 0o700 });
    await writeFile(join(copy, 'owner.json'), await readFile(join(dir, 'owner.json')));
    expect(await findEmbeddedStore(copy)).toBeUndefined();
    await served.close();
  });
});

describe('files of ours that a power cut left torn', () => {
  test('an owner file that is torn is succeeded', async () => {
    const first = await openEmbeddedStore({ dir });
    await query(first, 'create table kept as select 7 as n');
    await first.close();
    for (const text of ['', '{"pid":', 'null']) {
      await writeFile(join(dir, 'owner.json'), text);
      const again = await openEmbeddedStore({ dir });
      expect(await query(again, 'select n from kept'), text).toEqual([7]);
      await again.close();
      expect((await readdir(dir)).sort(), text).toEqual(['.gitignore', 'data']);
    }
  });

  test('an owner file that is torn while its owner serves lets nobody else in', async () => {
    const owner = await openEmbeddedStore({ dir });
    const text = await readFile(join(dir, 'owner.json'));
    await writeFile(join(dir, 'owner.json'), '');
    await expect(openEmbeddedStore({ dir })).rejects.toMatchObject({
      code: 'embedded_store_in_use',
    });
    await writeFile(join(dir, 'owner.json'), text);
    await owner.close();
  });

  test('a store cut short in its making is made anew', async () => {
    const first = await openEmbeddedStore({ dir });
    await query(first, 'create table half as select 7 as n');
    await first.close();
    await writeFile(join(dir, 'creating'), '');
    const again = await openEmbeddedStore({ dir });
    expect(await query(again, "select to_regclass('half')::text")).toEqual([null]);
    await again.close();
    expect((await readdir(dir)).sort()).toEqual(['.gitignore', 'data']);
  });
});

test('a new store is made before it answers: what it acknowledges first is kept', async () => {
  const child = startChild('store-owner.mjs', dir);
  try {
    const { connection } = await getSaid(child);
    expect(await readdir(dir)).not.toContain('creating');
    await query({ connection } as EmbeddedStore, 'create table first as select 7 as n');
  } finally {
    await kill(child);
  }
  const again = await openEmbeddedStore({ dir });
  expect(await query(again, 'select n from first')).toEqual([7]);
  await again.close();
});
