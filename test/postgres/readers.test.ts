import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Database, openDatabase } from '#runfold/postgres/database.js';
import { createReaders } from '#runfold/postgres/readers/readers.js';
import { createTestDatabase, type TestDatabase } from '../../harness/database.js';
import { describeWithPostgres } from '../../harness/suite.js';
import { waitUntil } from '../../harness/wait-until.js';

describeWithPostgres('a reader', () => {
  let home: TestDatabase;
  let database: Database;
  beforeAll(async () => {
    home = await createTestDatabase();
    database = openDatabase(home.url, { max: 3 });
  });
  afterAll(async () => {
    await database?.close();
    await home?.drop();
  });

  const running = async () => {
    const [row] = await database.query<{ count: number }>(
      `select count(*)::integer as count from pg_stat_activity
      where datname = current_database() and state = 'active' and query ~ 'pg_sleep.600'`,
    );
    return (row?.count ?? 0) - 1;
  };
  const runningIs = (count: number) =>
    waitUntil(running, (found) => found === count, { what: `${count} statements to run` });
  const endless = 'select pg_sleep(600)';

  test('reads, with parameters, as the database does', async () => {
    const { reader } = createReaders(database);
    expect(await reader().query('select $1::integer + 1 as sum', [41])).toEqual([{ sum: 42 }]);
    await expect(reader().query('select 1 / 0')).rejects.toThrow('division by zero');
  });

  test('may read as many things at the same time as it wants', async () => {
    const warnings: string[] = [];
    const keep = ({ message }: Error) => void warnings.push(message);
    process.on('warning', keep);
    const one = createReaders(database).reader(new AbortController().signal);
    await Promise.all(Array.from({ length: 12 }, () => one.query('select 1')));
    process.off('warning', keep);
    expect(warnings).toEqual([]);
  });

  test('who leaves ends the statement on the server', async () => {
    const leaving = new AbortController();
    const read = createReaders(database).reader(leaving.signal).query(endless);
    await runningIs(1);
    leaving.abort();
    await expect(read).rejects.toMatchObject({ code: 'read_aborted' });
    await runningIs(0);
    await expect(
      createReaders(database).reader(leaving.signal).query('select 1'),
    ).rejects.toMatchObject({ code: 'read_aborted' });
  });

  test('who leaves ends the statement on another server of the store too, in a share of its connections', async () => {
    const url = new URL(home.url);
    const [host, port] = [url.hostname || '127.0.0.1', Number(url.port || 5432)];
    const { reader } = createReaders(database, { connections: 1 });
    const leaving = new AbortController();
    const view = reader(leaving.signal);
    // Another pool, as of a node that has a part of the store.
    const node = view.at(host, port);
    expect(node.pool).toBe(database.at(host, port).pool);
    expect(view.at(host, port)).toBe(node);
    const read = node.query(endless);
    read.catch(() => undefined);
    await runningIs(1);
    // The share of one server says nothing about another.
    expect(await reader().query('select 1 as one')).toEqual([{ one: 1 }]);
    leaving.abort();
    await expect(read).rejects.toMatchObject({ code: 'read_aborted' });
    await runningIs(0);
  });

  test('whose time is up ends the statement on the server', async () => {
    const read = createReaders(database, { timeout_ms: 300 }).reader().query(endless);
    await expect(read).rejects.toMatchObject({ code: 'read_timeout', timeout_ms: 300 });
    await runningIs(0);
  });

  test('waits for a connection of the readers while others find one', async () => {
    const { reader } = createReaders(database, { connections: 2 });
    const leaving = new AbortController();
    const held = [1, 2].map(() => reader(leaving.signal).query(endless));
    for (const read of held) read.catch(() => undefined);
    await runningIs(2);
    const impatient = new AbortController();
    const given_up = reader(impatient.signal).query('select 1');
    const patient = reader().query('select 2 as two');
    expect(await database.query('select 3 as three')).toEqual([{ three: 3 }]);
    impatient.abort();
    await expect(given_up).rejects.toMatchObject({ code: 'read_aborted' });
    leaving.abort();
    expect(await patient).toEqual([{ two: 2 }]);
    for (const read of held) await expect(read).rejects.toMatchObject({ code: 'read_aborted' });
    // Both connections are free again: two read at the same time.
    const both = new AbortController();
    const again = [1, 2].map(() => reader(both.signal).query(endless));
    for (const read of again) read.catch(() => undefined);
    await runningIs(2);
    both.abort();
    await runningIs(0);
  });
});
