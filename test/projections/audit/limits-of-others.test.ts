import { expect, test } from 'vitest';
import { openDatabase } from '#runfold/postgres/database.js';
import { verify } from '#runfold/projections/audit/verify.js';
import { createTestDatabase } from '../../../harness/database.js';
import { withClient } from '../../../harness/postgres-server.js';
import { describeWithPostgres } from '../../../harness/suite.js';
import { waitUntil } from '../../../harness/wait-until.js';

describeWithPostgres('an audit', () => {
  test('waits for a lock longer than the database lets readers wait', async () => {
    const home = await createTestDatabase();
    const database = openDatabase(home.url, { max: 2 });
    try {
      await withClient(home.url, async (other) => {
        await other.query(`alter database ${home.name} set lock_timeout = '100ms'`);
        await other.query('begin; lock table runfold_internal.run in access exclusive mode');
        const audit = verify(database);
        audit.catch(() => undefined);
        // Longer than the limit: the wait is longer than it.
        await waitUntil(
          async () =>
            (
              await database.query(
                `select from pg_stat_activity where datname = current_database()
                and wait_event_type = 'Lock' and query_start < clock_timestamp() - interval '1 second'`,
              )
            ).length,
          (waiting) => waiting === 1,
          { what: 'the audit to wait beyond the limit' },
        );
        await other.query('commit');
        expect((await audit).equal).toBe(true);
      });
    } finally {
      await database.close();
      await home.drop();
    }
  });
});
