import type { Duplex } from 'node:stream';
import pg from 'pg';
import { expect, test } from 'vitest';
import { createBudget } from '#runfold/budgets/budgets.js';
import { checkBudget } from '#runfold/budgets/check-budget.js';
import { openDatabase } from '#runfold/postgres/database.js';
import { keepSockets } from '#runfold/postgres/open-sockets.js';
import { createReads } from '#runfold/query/reads/reads.js';
import { openQueuePool } from '#runfold/queue/postgres-pool.js';
import { createTestDatabase } from '../../harness/database.js';
import { withClient } from '../../harness/postgres-server.js';
import { describeWithPostgres } from '../../harness/suite.js';
import { openTcpProxy } from '../../harness/tcp-proxy.js';
import { waitUntil } from '../../harness/wait-until.js';

describeWithPostgres('a connection that breaks between two queries of its user', () => {
  // An error without a listener would end this process, and with it the test.
  test.each(['store', 'queue'] as const)('of the %s refuses the next one', async (kind) => {
    const home = await createTestDatabase();
    const { pool, close } =
      kind === 'store'
        ? openDatabase(home.url)
        : await openQueuePool(home.url, { max: 1, onError: () => undefined });
    const client = await pool.connect();
    const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
    const ended = new Promise((resolve) => client.once('end', resolve));
    await withClient(home.url, (other) =>
      other.query('select pg_terminate_backend($1)', [rows[0]?.pid]),
    );
    await ended;
    await expect(client.query('select 1')).rejects.toThrow(/not queryable/);
    client.release();
    // The pool does not use it again.
    expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
    await close();
    await home.drop();
  });
});

describeWithPostgres('a store that was closed', () => {
  test('says so to whoever uses it afterwards', async () => {
    const database = openDatabase('postgres://127.0.0.1:1/none');
    const { getRun, listRuns } = createReads(database);
    await database.close();
    const closed = {
      code: 'store_closed',
      message: expect.stringContaining('The store is closed'),
    };
    await expect(database.query('select 1')).rejects.toMatchObject(closed);
    await expect(database.pool.connect()).rejects.toMatchObject(closed);
    await expect(getRun({ run_id: 'r' })).rejects.toMatchObject(closed);
    await expect(listRuns()).rejects.toMatchObject(closed);
  });
});

describeWithPostgres('a pool that is closed while its server is frozen', () => {
  test.each([
    ['runs a statement', true],
    ['was never given back', false],
  ])('ends although a connection %s', async (_, isRunning) => {
    const home = await createTestDatabase();
    const proxy = await openTcpProxy(home.url, 5432);
    const sockets = keepSockets();
    const pool = new pg.Pool({ connectionString: proxy.url, stream: sockets.stream });
    const [client, other] = [await pool.connect(), await pool.connect()];
    client.on('error', () => undefined);
    other.release();
    proxy.slow(3_600_000);
    const running = isRunning ? client.query('select 1').catch((error: Error) => error) : undefined;
    await sockets.end(pool, { busy_ms: 10 });
    if (isRunning)
      expect(await running).toMatchObject({
        message: expect.stringContaining('terminated'),
      });
    await waitUntil(
      () => sockets.count(),
      (count) => count === 0,
      { what: 'every socket to be closed' },
    );
    await proxy.close();
    await home.drop();
  });
});

describeWithPostgres('settings of a role or database', () => {
  const strange = {
    default_transaction_isolation: 'serializable',
    array_nulls: 'off',
    transform_null_equals: 'on',
    standard_conforming_strings: 'off',
    extra_float_digits: '-15',
  };

  test('do not change what statements mean', async () => {
    const home = await createTestDatabase();
    const name = new URL(home.url).pathname.slice(1);
    await withClient(home.url, async (client) => {
      for (const [setting, value] of Object.entries(strange)) {
        await client.query(`alter database ${name} set ${setting} = '${value}'`);
      }
    });
    const database = openDatabase(home.url);
    const queue = await openQueuePool(home.url, { max: 1, onError: () => undefined });
    for (const { pool } of [database, queue]) {
      for (const [setting, value] of Object.entries(strange)) {
        const { rows } = await pool.query('select current_setting($1) as value', [setting]);
        expect([setting, rows[0]?.value]).not.toEqual([setting, value]);
      }
      const { rows } = await pool.query(
        `select current_setting('transaction_isolation') as isolation, $1::text[] as texts`,
        [['a', null]],
      );
      expect(rows).toEqual([{ isolation: 'read committed', texts: ['a', null] }]);
    }
    await createBudget(database, {
      name: 'all',
      scope: 'project',
      measure: 'cost',
      limit: 1,
      window: 'total',
    });
    expect((await checkBudget(database, { estimate: { cost: 0.5 } })).allowed).toBe(true);
    await queue.close();
    await database.close();
    await home.drop();
  });
});

describeWithPostgres('a role whose idle sessions end', () => {
  test('keeps the connections of a pool', async () => {
    const home = await createTestDatabase();
    const name = new URL(home.url).pathname.slice(1);
    const hasLimit = await withClient(home.url, async (client) => {
      const { rows } = await client.query(
        `select current_setting('server_version_num')::int >= 140000 as is_new`,
      );
      if (rows[0].is_new)
        await client.query(`alter database ${name} set idle_session_timeout = '20ms'`);
      return rows[0].is_new as boolean;
    });
    const errors: Error[] = [];
    const onError = (error: Error) => void errors.push(error);
    const database = openDatabase(home.url, { max: 1, onError });
    const queue = await openQueuePool(home.url, { max: 1, onError });
    const pids = async () => {
      const pools = [database.pool, queue.pool];
      const found = await Promise.all(pools.map((one) => one.query('select pg_backend_pid()')));
      return found.map(({ rows }) => rows[0].pg_backend_pid);
    };
    const before = await pids();
    // This long, another session of this database would have ended.
    if (hasLimit) await untilIdleSessionEnds(home.url);
    expect(await pids()).toEqual(before);
    expect(errors).toEqual([]);
    await queue.close();
    await database.close();
    await home.drop();
  });
});

/** Waits until the server has ended an idle session, which is opened now. */
async function untilIdleSessionEnds(url: string): Promise<void> {
  const client = new pg.Client(url);
  client.on('error', () => undefined);
  const ended = new Promise<void>((resolve) => client.once('end', () => resolve()));
  await client.connect();
  await ended;
}

describeWithPostgres('a statement of a process that was killed', () => {
  test('ends on the server', async () => {
    const home = await createTestDatabase();
    const database = openDatabase(home.url);
    const client = await database.pool.connect();
    const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
    const broken = client.query('select pg_sleep(3600)').catch((error: Error) => error.message);
    await withClient(home.url, async (other) => {
      const isActive = async () => {
        const { rowCount } = await other.query(
          `select from pg_stat_activity where pid = $1 and query like '%3600%'`,
          [rows[0]?.pid],
        );
        return rowCount === 1;
      };
      await waitUntil(isActive, Boolean, { what: 'the statement to begin' });
      // A killed process leaves its socket to the system, which closes it.
      const { connection } = client as unknown as { connection: { stream: Duplex } };
      connection.stream.destroy();
      expect(await broken).toMatch(/terminated/);
      await waitUntil(isActive, (is) => !is, { what: 'the statement to end' });
    });
    client.release(true);
    await database.close();
    await home.drop();
  });
});
