import { readFile } from 'node:fs/promises';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { fromAgnoRun } from '#runfold/ingest/formats/agno/from-agno-run.js';
import { createProducer, type Producer } from '#runfold/ingest/producer.js';
import { verify } from '#runfold/projections/audit/verify.js';
import { getRunMetrics } from '#runfold/query/agno/run-metrics.js';
import { getSessionMetrics } from '#runfold/query/agno/session-metrics.js';
import { openQueue } from '#runfold/queue/open-queue.js';
import { openWorker, type RunningWorker } from '#runfold/worker/open-worker.js';
import { modelOf } from '../../harness/model.js';
import { readTotals } from '../../harness/read-totals.js';
import { sampleEvents } from '../../harness/sample-events.js';
import { describeOnEachTier, openTestTier, type TestTier } from '../../harness/tiers.js';
import { waitUntil } from '../../harness/wait-until.js';

const log = pino({ level: 'silent' });
const golden = async (name: string) =>
  await readFile(new URL(`../golden/agno-1.8.4-session.${name}`, import.meta.url), 'utf8');

describeOnEachTier('the pipeline', (name) => {
  let home: TestTier;
  // Closed in any case: a worker left behind would take the next test's events.
  const opened: (RunningWorker | Producer)[] = [];
  const keep = <T extends RunningWorker | Producer>(one: T): T => {
    opened.push(one);
    return one;
  };
  const openers = {
    worker: async () =>
      keep(
        await openWorker({
          database: home.tier.database,
          queue: home.tier.queue,
          stalled_interval_ms: 500,
          log,
        }),
      ),
    producer: async (options = {}) =>
      keep(await createProducer({ queue: home.tier.queue, ...options })),
  };
  const received = (workers: readonly RunningWorker[], count: number) =>
    waitUntil(
      () => workers.reduce((sum, worker) => sum + worker.stats().received, 0),
      (sum) => sum >= count,
      { what: `${count} events to be received` },
    );

  beforeAll(async () => {
    home = await openTestTier(name);
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((one) => one.close()));
  });
  afterAll(async () => {
    await home.close();
  });

  test("gives Agno's own figures for its session, after each run and after a repeat", async () => {
    const runs = (await golden('ndjson'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const expected = JSON.parse(await golden('expected.json'));
    const { database } = home.tier;
    const worker = await openers.worker();
    const producer = await openers.producer();
    let sent = 0;
    for (const repeat of [false, true]) {
      for (const [at, run] of runs.entries()) {
        for (const event of fromAgnoRun(run, { user_id: expected.user_id })) {
          producer.emit(event);
          sent += 1;
        }
        await producer.flush();
        await received([worker], sent);
        const after = expected.runs[repeat ? runs.length - 1 : at].session_metrics_after;
        const { run_id, run_metrics } = expected.runs[at];
        expect(JSON.stringify(await getRunMetrics(database, { run_id }))).toBe(
          JSON.stringify(run_metrics),
        );
        expect(
          JSON.stringify(await getSessionMetrics(database, { session_id: run.session_id })),
        ).toBe(JSON.stringify(after));
      }
    }
    expect(worker.stats()).toMatchObject({ applied: sent / 2, duplicate: sent / 2, rejected: 0 });
  });

  test('counts each event once with ten producers that send everything twice, and two workers', async () => {
    const events = sampleEvents(6_000, 'twice');
    const workers = await Promise.all([openers.worker(), openers.worker()]);
    const producers = await Promise.all(
      Array.from({ length: 10 }, () => openers.producer({ events_per_job: 50, linger_ms: 1 })),
    );
    events.forEach((event, at) => {
      producers[at % 10]?.emit(event);
      producers[(at * 7 + 3) % 10]?.emit(event);
    });
    await Promise.all(producers.map((producer) => producer.close()));
    await received(workers, 2 * events.length);
    const sum = (field: 'applied' | 'duplicate' | 'rejected') =>
      workers.reduce((total, worker) => total + worker.stats()[field], 0);
    // On a busy machine the queue may redeliver a job. Its events then count as duplicates.
    await waitUntil(
      () => sum('applied'),
      (applied) => applied >= 6_000,
      { what: 'every event to be applied' },
    );
    expect([sum('applied'), sum('rejected')]).toEqual([6_000, 0]);
    expect(sum('duplicate')).toBeGreaterThanOrEqual(6_000);
    const model = modelOf(events);
    const live = await readTotals(home.tier.database);
    for (const [key, totals] of model.sessions) {
      expect(live.sessions.get(key)).toEqual({ ...totals, status: null });
    }
    for (const [key, totals] of model.runs) expect(live.runs.get(key)).toEqual(totals);
    await Promise.all(workers.map((worker) => worker.close()));
    expect(await verify(home.tier.database)).toMatchObject({ equal: true, differences: [] });
  });

  test('sets aside what is no event, and folds the rest of the batch', async () => {
    const queue = await openQueue(home.tier.queue, { onError: () => undefined });
    const [good] = sampleEvents(1, 'good');
    const bad = { ...good, id: 'bad', metrics: { input_tokens: -5 } };
    await queue.add('events', { v: 1, project: 1, events: [bad, good] }, { jobId: 'mixed' });
    await queue.add('events', { something: 'else' }, { jobId: 'foreign' });
    const worker = await openers.worker();
    await received([worker], 3);
    expect(worker.stats()).toMatchObject({ received: 3, applied: 1, duplicate: 0, rejected: 2 });
    const rejects = await home.tier.database.query<Record<string, unknown>>(
      `select job_id, position, code, message, payload::json as payload from runfold_internal.rejected_event
       where job_id in ('mixed', 'foreign') order by job_id desc`,
    );
    expect(rejects).toEqual([
      {
        job_id: 'mixed',
        position: 0,
        code: 'invalid_event',
        message: 'metrics.input_tokens: expected an integer from 0 to 2147483647, got -5',
        payload: bad,
      },
      {
        job_id: 'foreign',
        position: 0,
        code: 'invalid_job',
        message: 'v: expected 1 or 2, got nothing',
        payload: { something: 'else' },
      },
    ]);
    await worker.close();
    await queue.close();
  });

  test('finds the one event that Postgres refuses among many, and folds the others', async () => {
    const { database } = home.tier;
    await database.query(`alter table runfold_internal.event
      add constraint no_poison check (tool_name is distinct from 'poison')`);
    const events = sampleEvents(300, 'poisoned').map((event) =>
      event.id === 'poisoned-122' ? { ...event, tool_name: 'poison' } : event,
    );
    const worker = await openers.worker();
    const producer = await openers.producer();
    for (const event of events) producer.emit(event);
    await producer.close();
    await received([worker], 300);
    await worker.close();
    expect(worker.stats()).toMatchObject({ applied: 299, duplicate: 0, rejected: 1 });
    const [reject] = await database.query<Record<string, string>>(
      `select code, message, payload::json->>'id' as id from runfold_internal.rejected_event
       where payload like '%poison%'`,
    );
    expect(reject).toMatchObject({ code: '23514', id: 'poisoned-122' });
    expect(await verify(database)).toMatchObject({ equal: true });
    await database.query('alter table runfold_internal.event drop constraint no_poison');
  });
});
