import { pino } from 'pino';
import { expect, test } from 'vitest';
import { createProducer } from '#runfold/ingest/producer.js';
import { analyzeGrown } from '#runfold/postgres/analyze-grown.js';
import { openDatabase } from '#runfold/postgres/database.js';
import { openShardMap } from '#runfold/store/shards/open-shard-map.js';
import { fullName, settingsSql } from '#runfold/store/shards/table-names.js';
import { openWorker } from '#runfold/worker/open-worker.js';
import { analyzeStore } from '#runfold/worker/statistics-keeper.js';
import { createEmptyDatabase } from '../../harness/database.js';
import { withClient } from '../../harness/postgres-server.js';
import { sampleEvents } from '../../harness/sample-events.js';
import { describeWithPostgres } from '../../harness/suite.js';
import { describeOnEachTier, openTestTier } from '../../harness/tiers.js';
import { waitUntil } from '../../harness/wait-until.js';

describeOnEachTier('statistics', (name) => {
  test('are gathered by the worker as a store grows, and not again until it has doubled', async () => {
    const home = await openTestTier(name);
    const { database, queue } = home.tier;
    const { shards } = await openShardMap(database);
    // Tables of a few blocks are left alone, and each shard has its own.
    const events = 6_000 * shards().length;
    /** Rows by the statistics, of all shards. */
    const rowsOf = async (table: string) => {
      let known = 0;
      for (const { database: server, tables } of shards()) {
        const client = await server.pool.connect();
        await client.query(`begin${settingsSql(tables, 'set local')}`);
        const { rows } = await client.query<{ rows: number }>(
          'select reltuples::integer as rows from pg_class where oid = $1::regclass',
          [fullName(tables, table)],
        );
        await client.query('commit');
        client.release();
        known += rows[0]?.rows ?? 0;
      }
      return known;
    };
    const log = pino({ level: 'silent' });
    const worker = await openWorker({ database, queue, log });
    const producer = await createProducer({ queue });
    try {
      expect(await rowsOf('event')).toBeLessThanOrEqual(0);
      for (const event of sampleEvents(events)) producer.emit(event);
      await producer.flush();
      await waitUntil(
        () => rowsOf('event'),
        (rows) => rows > 0,
        { what: 'statistics of the log' },
      );
      await waitUntil(
        () => worker.stats().applied,
        (count) => count === events,
        { what: 'all events' },
      );
      await worker.close();
      expect(await analyzeStore(database), 'closing looked once more').toEqual([]);
      expect(await rowsOf('run')).toBeGreaterThan(0);
      expect(await rowsOf('session')).toBeGreaterThan(0);
    } finally {
      await producer.close();
      await worker.close();
      await home.close();
    }
  });
});

describeWithPostgres('statistics', () => {
  test('of a large table are not cut short by the limit of a role', async () => {
    const home = await createEmptyDatabase();
    // An index whose expression takes longer than the limit, once, when the table is analysed.
    await withClient(home.url, async (client) => {
      await client.query(`create schema big; 
        create table big.slow (n integer, filler text) with (autovacuum_enabled = false);
        create function big.wait(n integer) returns integer immutable language plpgsql as
          $$ begin perform pg_sleep(case when n = 7 then 3 else 0 end); return n; end $$;
        create index on big.slow (big.wait(n)) where n < 8;
        insert into big.slow select n, repeat('x', 500) from generate_series(1, 2000) n;
        alter database ${home.name} set statement_timeout = '2s'`);
    });
    const database = openDatabase(home.url);
    try {
      const [limit] = await database.query('show statement_timeout');
      expect(limit).toEqual({ statement_timeout: '2s' });
      expect(await analyzeGrown(database, 'big')).toEqual(['big.slow']);
      expect(await analyzeGrown(database, 'big'), 'they are there').toEqual([]);
      expect(await database.query('show statement_timeout'), 'of others').toEqual([limit]);
    } finally {
      await database.close();
      await home.drop();
    }
  });
});
