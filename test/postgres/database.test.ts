import { expect, test } from 'vitest';
import { openDatabase } from '#runfold/postgres/database.js';
import { openQueuePool } from '#runfold/queue/postgres-pool.js';
import { createTestDatabase } from '../../harness/database.js';
import { withClient } from '../../harness/postgres-server.js';
import { describeWithPostgres } from '../../harness/suite.js';

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
