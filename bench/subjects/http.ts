import { verify } from '#runfold/projections/audit/verify.js';
import { createKey } from '#runfold/store/api-keys.js';
import { usageOf } from '../../harness/measure.js';
import { startNode } from '../../harness/processes.js';
import { commandLineProgram, startProgram } from '../../harness/programs.js';
import { type BenchServers, type BenchStore, withBenchStore } from '../bench-database.js';
import { withWorker } from '../running-worker.js';

/** The result of one run. */
export interface HttpRun {
  /** From the first request to the last acknowledgement, while readers query. */
  readonly events_per_second: number;
  /** A read of one run over HTTP while events arrive, in milliseconds. */
  readonly read_p50_ms: number;
  readonly read_p99_ms: number;
  readonly reads: number;
  readonly server_peak_mb: number;
}

/** Events per request, and the number of concurrent senders and readers. */
export interface HttpLoad {
  readonly per_request: number;
  readonly senders: number;
  readonly readers: number;
  /** Events per second to send; undefined for as many as possible. */
  readonly rate?: number | undefined;
}

/**
 * The direct producer's events per second, from the first `emit` to its last acknowledgement, while
 * a worker runs.
 */
export function runDirect(servers: BenchServers, events: number, per_job: number): Promise<number> {
  return withBenchStore(servers, (store) =>
    withWorker(store, async () => {
      const args = [String(events), String(per_job)];
      const producer = startProgram('bench/processes/emit', args, { env: store.env });
      const started = Number((await producer.waitForLine(/^start (\d+)/, 120_000))[1]);
      const done = Number((await producer.waitForLine(/^done (\d+)/, 600_000))[1]);
      await checkTotals(store, events);
      return events / ((done - started) / 1000);
    }),
  );
}

/**
 * Service, worker and client are separate processes: the client sends `events` in batches while
 * other connections of it read runs. The totals are checked against the log.
 */
export function runHttp(servers: BenchServers, events: number, load: HttpLoad): Promise<HttpRun> {
  return withBenchStore(servers, (store) =>
    withWorker(store, () => sendByHttp(store, events, load)),
  );
}

async function sendByHttp(store: BenchStore, events: number, load: HttpLoad) {
  const { key } = await createKey(store.database, { project: 1, scopes: ['ingest', 'read'] });
  const service = startNode([commandLineProgram, 'serve'], { env: store.env });
  try {
    const [, url = ''] = await service.waitForLine(/(http:\/\/127\.0\.0\.1:\d+)/, 60_000);
    const client = startProgram('bench/processes/send-http', [
      JSON.stringify({ url, key, events, ...load }),
    ]);
    const [, text = '{}'] = await client.waitForLine(/^done (.*)$/, 900_000);
    const { seconds, reads } = JSON.parse(text) as { seconds: number; reads: number[] };
    await checkTotals(store, events);
    const sorted = reads.sort((a, b) => a - b);
    const at = (share: number) => sorted[Math.ceil(sorted.length * share) - 1] ?? Number.NaN;
    return {
      events_per_second: events / seconds,
      read_p50_ms: at(0.5),
      read_p99_ms: at(0.99),
      reads: sorted.length,
      server_peak_mb: usageOf(service.pid ?? 0)?.peak_mb ?? Number.NaN,
    };
  } finally {
    service.kill('SIGTERM');
    await service.exit;
  }
}

/** Waits until everything is folded, and compares the totals with the log. */
async function checkTotals({ database }: BenchStore, events: number): Promise<void> {
  for (;;) {
    const audit = await verify(database);
    if (!audit.equal || audit.events > events) {
      throw new Error(`Expected ${events} events and equal totals, got ${JSON.stringify(audit)}`);
    }
    if (audit.events === events) return;
  }
}
