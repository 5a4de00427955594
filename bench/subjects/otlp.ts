import { readSpans } from '#runfold/otlp/read-body.js';
import { verify } from '#runfold/projections/audit/verify.js';
import { createKey } from '#runfold/store/api-keys.js';
import { collectGarbage, cpuOf, usageOf } from '../../harness/measure.js';
import { type RunningProcess, startNode } from '../../harness/processes.js';
import { commandLineProgram, startProgram } from '../../harness/programs.js';
import { type BenchServers, type BenchStore, withBenchStore } from '../bench-database.js';
import type { Note } from '../note.js';
import { queueEmpty, withWorker } from '../running-worker.js';
import { makeSpans } from './otlp-spans.js';

const senders = 2;

/** The result of sending one kind of body. Rates and CPU are per span, or per event. */
interface Sent {
  readonly sent_per_second: number;
  readonly folded_per_second: number;
  readonly service_us: number;
  readonly worker_us: number;
  readonly postgres_us: number;
  readonly events: number;
}

/**
 * Sends spans of real emitters over HTTP in requests of 512, in both encodings, and the resulting
 * events over HTTP in requests of the same number. Each has a separate store; they run one after
 * the other.
 */
export async function otlpRates(servers: BenchServers, spans: number, note: Note): Promise<void> {
  for (const encoding of ['protobuf', 'json'] as const) {
    note(`${encoding}: decoded and reduced`, 'µs CPU/span', decodeCost(encoding, spans));
  }
  const events = await sendAll(servers, spans, 'events');
  noteSent(note, 'the same events by /v1/events', 'event', events);
  for (const encoding of ['protobuf', 'json'] as const) {
    const sent = await sendAll(servers, spans, encoding);
    noteSent(note, `spans in ${encoding}`, 'span', sent);
    note(`${encoding} / events, sent`, '', sent.sent_per_second / events.sent_per_second);
    note(`${encoding} / events, folded`, '', sent.folded_per_second / events.folded_per_second);
  }
}

function noteSent(note: Note, name: string, unit: string, sent: Sent): void {
  note(`${name}: sent`, `${unit}s/s`, sent.sent_per_second);
  note(`${name}: folded`, `${unit}s/s`, sent.folded_per_second);
  note(`${name}: service`, `µs CPU/${unit}`, sent.service_us);
  note(`${name}: worker`, `µs CPU/${unit}`, sent.worker_us);
  note(`${name}: Postgres`, `µs CPU/${unit}`, sent.postgres_us);
}

/** CPU of decoding and reducing alone, in microseconds per span. */
function decodeCost(encoding: 'protobuf' | 'json', spans: number): number {
  const load = makeSpans(Math.min(5_000, spans));
  const options = { nowUs: Date.now() * 1000, mostDays: 0, keepsErrorText: false };
  const round = () => {
    let items = 0;
    for (const body of load[encoding]) {
      for (const one of readSpans(body, encoding, options)) if ('item' in one) items += 1;
    }
    return items;
  };
  round();
  collectGarbage();
  const before = process.cpuUsage();
  let items = 0;
  for (let times = 0; times < 5; times++) items += round();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / items;
}

function sendAll(servers: BenchServers, spans: number, what: 'protobuf' | 'json' | 'events') {
  return withBenchStore(servers, (store) =>
    withWorker(store, (worker) => sendTo(store, worker, spans, what)),
  );
}

async function sendTo(
  store: BenchStore,
  worker: RunningProcess,
  spans: number,
  what: 'protobuf' | 'json' | 'events',
): Promise<Sent> {
  const { database } = store;
  const { key } = await createKey(database, { project: 1, scopes: ['ingest'] });
  const service = startNode([commandLineProgram, 'serve'], { env: store.env });
  try {
    const [, url = ''] = await service.waitForLine(/(http:\/\/127\.0\.0\.1:\d+)/, 60_000);
    const settings = JSON.stringify({ url, key, spans, what, senders });
    const sending = startProgram('bench/processes/send-otlp', [settings]);
    await sending.waitForLine(/^ready$/, 120_000);
    const idle = cpuSeconds([service, worker]);
    const [, text = '{}'] = await sending.waitForLine(/^done (.*)$/, 900_000);
    const done = JSON.parse(text) as Record<'started' | 'done' | 'spans' | 'events', number>;
    await queueEmpty(store);
    const seconds = (Date.now() - done.started) / 1000;
    const [ofService = 0, ofWorker = 0] = cpuSeconds([service, worker]).map(
      (all, at) => all - (idle[at] ?? 0),
    );
    const backends = await database.query<{ pid: number }>(
      `select pid from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid()`,
    );
    const ofPostgres = backends.reduce((sum, { pid }) => sum + cpuOf(pid), 0);
    const audit = await verify(database);
    if (!audit.equal || audit.events !== done.events) {
      throw new Error(
        `Expected ${done.events} events and equal totals, got ${JSON.stringify(audit)}`,
      );
    }
    const count = what === 'events' ? done.events : done.spans;
    const each = (cpu: number) => (cpu * 1e6) / count;
    return {
      sent_per_second: count / ((done.done - done.started) / 1000),
      folded_per_second: count / seconds,
      service_us: each(ofService),
      worker_us: each(ofWorker),
      postgres_us: each(ofPostgres),
      events: done.events,
    };
  } finally {
    service.kill('SIGTERM');
    await service.exit;
  }
}

const cpuSeconds = (processes: readonly RunningProcess[]) =>
  processes.map(({ pid }) => usageOf(pid ?? 0)?.cpu_seconds ?? Number.NaN);
