import { expect, test } from 'vitest';
import { reprice } from '#runfold/corrections/reprice.js';
import { openDatabase } from '#runfold/postgres/database.js';
import { setPriceOverride } from '#runfold/pricing/price-overrides.js';
import { readLong } from '#runfold/query/readers/long-read.js';
import { createTestDatabase } from '../../harness/database.js';
import { foldEvents } from '../../harness/fold-events.js';
import { withClient } from '../../harness/postgres-server.js';
import { describeWithPostgres } from '../../harness/suite.js';
import { waitUntil } from '../../harness/wait-until.js';

describeWithPostgres('repricing', () => {
  test.each(['statement_timeout', 'lock_timeout'])('takes longer than %s', async (setting) => {
    const home = await createTestDatabase();
    await withClient(home.url, (other) =>
      other.query(`alter database ${home.name} set ${setting} = '1s'`),
    );
    const database = openDatabase(home.url, { max: 3 });
    try {
      const message = { type: 'message', role: 'assistant', run_id: 'r', model: 'house' };
      await foldEvents(database, [{ ...message, metrics: { input_tokens: 1_000_000 } }]);
      await setPriceOverride(database, { model: 'house', input: 2, output: 2 });
      await withClient(home.url, async (other) => {
        // Writers wait, readers do not.
        await other.query('begin; lock table runfold_internal.run in share mode');
        const report = reprice(database);
        report.catch(() => undefined);
        await waitUntil(
          async () =>
            (
              await database.query(
                `select from pg_stat_activity where datname = current_database()
                and wait_event_type = 'Lock' and query_start < clock_timestamp() - interval '2 seconds'`,
              )
            ).length,
          (waiting) => waiting === 1,
          { what: 'the correction to wait beyond the limit' },
        );
        await other.query('commit');
        expect(await report).toMatchObject({ corrected: 1, difference: 2 });
      });
    } finally {
      await database.close();
      await home.drop();
    }
  });
});

describeWithPostgres('a statement that reads the whole log', () => {
  test('ignores the limits of a database, and leaves them to others', async () => {
    const home = await createTestDatabase();
    await withClient(home.url, (other) =>
      other.query(`alter database ${home.name} set statement_timeout = '1s'`),
    );
    const database = openDatabase(home.url, { max: 1 });
    try {
      const text = `select count(pg_sleep(1.1))::integer as slept, current_setting('statement_timeout') as "limit"`;
      await expect(database.query(text)).rejects.toThrow(/statement timeout/);
      expect(await readLong(database, text, [])).toEqual([{ slept: 1, limit: '0' }]);
      const [others] = await database.query(
        `select current_setting('statement_timeout') as "limit"`,
      );
      expect(others).toEqual({ limit: '1s' });
    } finally {
      await database.close();
      await home.drop();
    }
  });
});
