import { expect, test } from 'vitest';
import { openDatabase } from '#runfold/postgres/database.js';
import { verify } from '#runfold/projections/audit/verify.js';
import { openShardMap } from '#runfold/store/shards/open-shard-map.js';
import { fullName, settingsSql } from '#runfold/store/shards/table-names.js';
import { createTestDatabase } from '../../../harness/database.js';
import { describeWithPostgres } from '../../../harness/suite.js';
import { waitUntil } from '../../../harness/wait-until.js';

describeWithPostgres('an audit', () => {
  test('waits for a lock longer than the database lets readers wait', async () => {
    const home = await createTestDatabase();
    const database = openDatabase(home.url, { max: 3 });
    try {
      const [shard] = (await openShardMap(database)).shards();
      if (shard === undefined) throw new Error('Expected a store, got none.');
      const other = await shard.database.pool.connect();
      try {
        await other.query(`select 1 ${settingsSql(shard.tables, 'set')}`);
        await other.query(`alter database ${home.name} set lock_timeout = '100ms'`);
        await other.query(
          `begin; lock table ${fullName(shard.tables, 'run')} in access exclusive mode`,
        );
        const audit = verify(database);
        audit.catch(() => undefined);
        // Longer than the limit: the wait is longer than it.
        await waitUntil(
          async () =>
            (
              await shard.database.query(
                `select from pg_stat_activity where datname = current_database()
                and wait_event_type = 'Lock' and query_start < clock_timestamp() - interval '1 second'`,
              )
            ).length,
          (waiting) => waiting === 1,
          { what: 'the audit to wait beyond the limit' },
        );
        await other.query('commit');
        expect((await audit).equal).toBe(true);
      } finally {
        other.release(true);
      }
    } finally {
      await database.close();
      await home.drop();
    }
  });
});
