import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import pc from 'picocolors';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fillDemo } from '#runfold/cli/demo/fill-demo.js';
import type { Terminal } from '#runfold/cli/output/terminal.js';
import { openQueueGauge } from '#runfold/queue/queue-gauge.js';
import { openWorker, type RunningWorker } from '#runfold/worker/open-worker.js';
import { fastestTier, openTestTier, type TestTier } from '../../harness/tiers.js';
import { waitUntil } from '../../harness/wait-until.js';

/** Enough for several batches. */
const events = 1_500;

describe('the demo of runfold up', () => {
  let home: TestTier;
  let worker: RunningWorker;
  let dir: string;
  let onBatch: () => void = () => undefined;
  const said: string[] = [];
  const terminal: Terminal = {
    colors: pc.createColors(false),
    width: 80,
    is_live: false,
    stderr: new PassThrough(),
    line: (text = '') => void said.push(text),
    json: () => undefined,
    note: () => undefined,
  };
  beforeAll(async () => {
    [home, dir] = await Promise.all([
      openTestTier(fastestTier()),
      mkdtemp(join(tmpdir(), 'runfold-demo-test-')),
    ]);
    const { database, queue } = home.tier;
    worker = await openWorker({
      database,
      queue,
      log: pino({ level: 'silent' }),
      on_batch: () => onBatch(),
    });
  });
  afterAll(async () => {
    await worker.close();
    await home.close();
    await rm(dir, { recursive: true });
  });
  const fill = async (signal = new AbortController().signal) => {
    const before = worker.stats();
    await fillDemo({ terminal }, { tier: home.tier, worker, dir, signal, events });
    const { received, applied } = worker.stats();
    return { received: received - before.received, applied: applied - before.applied };
  };

  test('is completed when it was interrupted, and left as it is when it was not', async () => {
    const interrupting = new AbortController();
    onBatch = () => interrupting.abort();
    const first = await fill(interrupting.signal);
    expect(first.applied).toBeGreaterThan(0);
    onBatch = () => undefined;
    await fill();
    // What the interrupted time had sent may come after the end of the second one.
    const gauge = await openQueueGauge(home.tier.queue, () => undefined);
    await waitUntil(
      () => gauge.read(0),
      ({ jobs }) => (jobs.waiting ?? 0) + (jobs.active ?? 0) === 0,
    );
    await gauge.close();
    expect(said).toEqual(['The demo was interrupted: completing it.']);
    const [row] = await home.tier.database.query<{ events: number; ids: number }>(
      'select count(*)::integer as events, count(distinct id)::integer as ids from runfold.events',
    );
    const all = worker.stats();
    // What was sent twice counts once, and the figures of both times agree.
    expect(row?.events).toBe(all.applied);
    expect(row?.events).toBeGreaterThanOrEqual(events);
    expect(all.rejected).toBe(0);
    expect(await fill()).toEqual({ received: 0, applied: 0 });
  });
});
