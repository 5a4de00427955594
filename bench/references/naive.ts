import { startProgram } from '../../harness/programs.js';
import { waitUntil } from '../../harness/wait-until.js';
import { type BenchServers, withBenchStore } from '../bench-database.js';
import { naiveTables } from './naive-store.js';

/**
 * Events per second if each is one job and one transaction: an insert into a log, and upserts of
 * the totals of its run and its session with drizzle. It stores a fifth of the figures that Runfold
 * stores, and no usage over time.
 */
export function naiveRate(servers: BenchServers, events: number): Promise<number> {
  return withBenchStore(servers, async ({ database, env }) => {
    await database.query(naiveTables);
    const worker = startProgram('bench/processes/naive-worker', [], { env });
    try {
      await worker.waitForLine(/^worker started/);
      const producer = startProgram('bench/processes/naive-producer', [String(events)], { env });
      const started = Number((await producer.waitForLine(/^start (\d+)/, 60_000))[1]);
      await producer.waitForLine(/^done/, 600_000);
      await waitUntil(
        async () => {
          const rows = await database.query<{ events: number }>(
            'select count(*)::float8 as events from naive.event',
          );
          return rows[0]?.events;
        },
        (count) => count === events,
        { what: `${events} events in the naive log`, timeoutMs: 600_000, intervalMs: 20 },
      );
      return events / ((Date.now() - started) / 1000);
    } finally {
      worker.kill('SIGKILL');
      await worker.exit;
    }
  });
}
