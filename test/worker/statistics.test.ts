import { pino } from 'pino';
import { expect, test } from 'vitest';
import { createProducer } from '#runfold/ingest/producer.js';
import { analyzeGrown } from '#runfold/postgres/analyze-grown.js';
import { openWorker } from '#runfold/worker/open-worker.js';
import { sampleEvents } from '../../harness/sample-events.js';
import { describeOnEachTier, openTestTier } from '../../harness/tiers.js';
import { waitUntil } from '../../harness/wait-until.js';

describeOnEachTier('statistics', (name) => {
  test('are gathered by the worker as a store grows, and not again until it has doubled', async () => {
    const home = await openTestTier(name);
    const { database, queue } = home.tier;
    const rowsOf = (table: string) =>
      database
        .query<{ rows: number }>(
          'select reltuples::integer as rows from pg_class where oid = $1::regclass',
          [`runfold_internal.${table}`],
        )
        .then(([row]) => row?.rows ?? 0);
    const log = pino({ level: 'silent' });
    const worker = await openWorker({ database, queue, log });
    const producer = await createProducer({ queue });
    try {
      expect(await rowsOf('event')).toBeLessThanOrEqual(0);
      for (const event of sampleEvents(6_000)) producer.emit(event);
      await producer.flush();
      await waitUntil(
        () => rowsOf('event'),
        (rows) => rows > 0,
        { what: 'statistics of the log' },
      );
      await waitUntil(
        () => worker.stats().applied,
        (count) => count === 6_000,
        { what: '6,000 events' },
      );
      await worker.close();
      expect(await analyzeGrown(database, 'runfold_internal'), 'closing looked once more').toEqual(
        [],
      );
      expect(await rowsOf('run')).toBeGreaterThan(0);
      expect(await rowsOf('session')).toBeGreaterThan(0);
    } finally {
      await producer.close();
      await worker.close();
      await home.close();
    }
  });
});
