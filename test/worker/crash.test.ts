import { expect, type TestContext, test } from 'vitest';
import { createProducer } from '#runfold/ingest/producer.js';
import { verify } from '#runfold/projections/audit/verify.js';
import { openTier } from '#runfold/tier.js';
import { modelOf } from '../../harness/model.js';
import { startNode } from '../../harness/processes.js';
import { readTotals } from '../../harness/read-totals.js';
import { sampleEvents } from '../../harness/sample-events.js';
import { createTestHome, describeOnEachTier } from '../../harness/tiers.js';
import { waitUntil } from '../../harness/wait-until.js';

const program = new URL('./short-locks.mjs', import.meta.url).pathname;

/** Events of each third. An embedded store folds a third as fast, so fewer keep it busy as long. */
const thirds = { embedded: 1_500, postgres: 4_000, 'redis+postgres': 4_000 };

describeOnEachTier('a worker that ends in mid-work', (name) => {
  /** A worker that locks jobs for two seconds instead of ten. The chaos rounds kill real ones. */
  const start = async (env: Readonly<Record<string, string>>, { onTestFinished }: TestContext) => {
    const one = startNode([program], { env });
    onTestFinished(async () => {
      one.kill('SIGKILL');
      await one.exit;
    });
    await one.waitForLine(/worker started/);
    return one;
  };

  // Most of the time is waiting for the locks of the dead, so all wait at the same time.
  test.concurrent.for(['SIGTERM', 'SIGKILL'] as const)(
    'by %s loses nothing that was acknowledged, and repeats nothing',
    { timeout: 120_000 },
    async (signal, context) => {
      // The process under test serves the embedded store, and this one is its guest.
      const { env, options, close } = await createTestHome(name);
      context.onTestFinished(close);
      const third = thirds[name];
      const events = sampleEvents(3 * third);
      const first = await start(env, context);
      const guest = await openTier(options);
      const producer = await createProducer({ queue: guest.queue, events_per_job: 100 });
      const acknowledged: typeof events = [];
      const logged = async () => {
        const [row] = await guest.database.query<{ count: string }>(
          'select count(*) from runfold_internal.event',
        );
        return Number(row?.count);
      };
      // A third is sent and being folded. The signal comes while the second third is sent.
      for (const event of events.slice(0, third)) producer.emit(event);
      await producer.flush();
      acknowledged.push(...events.slice(0, third));
      await waitUntil(logged, (count) => count > 0, { what: 'the first events in the log' });
      for (const event of events.slice(third, 2 * third)) producer.emit(event);
      await producer.flush();
      acknowledged.push(...events.slice(third, 2 * third));
      first.kill(signal);
      const end = await first.exit;
      if (signal === 'SIGTERM') expect(end.code).toBe(0);
      await producer.close({ timeout_ms: 1 }).catch((error) => {
        expect(error).toMatchObject({ code: 'queue_unavailable' });
      });
      await guest.close();

      await start(env, context);
      const again = await openTier(options);
      const rest = await createProducer({ queue: again.queue, events_per_job: 100 });
      for (const event of events.slice(2 * third)) rest.emit(event);
      await rest.close();
      acknowledged.push(...events.slice(2 * third));
      const { database } = again;
      await waitUntil(
        async () => (await verify(database, { projections: [] })).events,
        (count) => count === acknowledged.length,
        { what: 'every acknowledged event in the log', intervalMs: 100 },
      );
      const model = modelOf(acknowledged);
      const live = await readTotals(database);
      expect(live.runs).toEqual(model.runs);
      expect(await verify(database)).toMatchObject({ equal: true, differences: [] });
      await again.close();
    },
  );
});
