import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { verify } from '#runfold/projections/audit/verify.js';
import { getRun } from '#runfold/query/totals/runs.js';
import { openRunfold, type Runfold } from '#runfold/runfold.js';
import { type Spread, spreadOf } from '../../harness/measure.js';
import { waitUntil } from '../../harness/wait-until.js';
import { agentEvents } from '../workload.js';

/** Opens an embedded store in a separate folder, and removes both afterwards. */
async function withEmbedded<T>(work: (runfold: Runfold) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'runfold-bench-'));
  const runfold = await openRunfold({ dir: join(folder, 'store') });
  try {
    return await work(runfold);
  } finally {
    await runfold.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * On the embedded tier: milliseconds from the acknowledgement of a flush until a query sees the event,
 * on an idle store, and then events per second, from the first `emit` to the last commit.
 */
export function embeddedFigures(
  events: number,
  looks: number,
): Promise<{ readonly visible: Spread; readonly events_per_second: number }> {
  return withEmbedded(async (runfold) => ({
    visible: await visibility(runfold, looks),
    events_per_second: await rate(runfold, events, looks),
  }));
}

async function rate({ producer, worker, database }: Runfold, events: number, before: number) {
  const started = performance.now();
  for (const event of agentEvents(events)) {
    producer.emit(event);
    if (producer.stats().waiting_events >= 20_000) await producer.flush();
  }
  await producer.flush();
  await waitUntil(
    () => worker?.stats().received ?? 0,
    (received) => received >= before + events,
    { what: `${events} events to be folded`, timeoutMs: 600_000, intervalMs: 5 },
  );
  const seconds = (performance.now() - started) / 1000;
  const audit = await verify(database);
  if (!audit.equal || audit.events !== before + events) {
    throw new Error(`Expected ${events} events and equal totals, got ${JSON.stringify(audit)}`);
  }
  return events / seconds;
}

async function visibility({ producer, database }: Runfold, samples: number): Promise<Spread> {
  const taken: number[] = [];
  for (let at = 0; at < samples; at++) {
    const run_id = `idle-${at}`;
    producer.message({ run_id, role: 'user' });
    await producer.flush();
    const flushed = performance.now();
    await waitUntil(
      () => getRun(database, { run_id }),
      (run) => run !== undefined,
      { what: `run ${run_id}`, intervalMs: 1 },
    );
    taken.push(performance.now() - flushed);
  }
  return spreadOf(taken);
}
