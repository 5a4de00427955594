import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { codeOf } from '../../environment/error-fields.js';
import { createProducer } from '../../ingest/producer.js';
import { listSessions } from '../../query/totals/sessions.js';
import type { Tier } from '../../tier.js';
import type { RunningWorker } from '../../worker/open-worker.js';
import type { CommandContext } from '../command/command.js';
import { count, plural } from '../output/format.js';
import { openProgress } from '../output/progress.js';
import { createDemoLimits } from './demo-limits.js';
import { createWorkload } from './workload.js';

/** Days of work to show on the page: two periods of 28 days, to compare them. */
const days = 56;
const dayMs = 86_400_000;
const usualEvents = 16_000;
/** Events passed to the producer at once. */
const handful = 500;

/** A file beside a demo's store: whether the demo is complete. */
interface DemoRecord {
  /** The end of its work, in milliseconds since 1970. The same events can be made from it again. */
  readonly now: number;
  readonly is_full: boolean;
}

/**
 * Writes weeks of agents' work into a running store, unless it has some already. The events go
 * through producer, queue and worker like all others. Then it creates budgets and alert rules. If
 * it was interrupted, it sends the same events again: those that are in the store count once.
 */
export async function fillDemo(
  { terminal }: Pick<CommandContext, 'terminal'>,
  {
    tier,
    worker,
    dir,
    signal,
    events = usualEvents,
  }: {
    readonly tier: Pick<Tier, 'database' | 'queue'>;
    readonly worker: Pick<RunningWorker, 'stats'>;
    /** The folder of the store. */
    readonly dir: string;
    readonly signal: AbortSignal;
    readonly events?: number;
  },
): Promise<void> {
  const record = await readRecord(dir);
  const isBegun = record !== undefined && !record.is_full;
  if (!isBegun && (await listSessions(tier.database, { limit: 1 })).items.length > 0) return;
  const now = isBegun ? record.now : Date.now();
  if (isBegun) terminal.line(terminal.colors.dim('The demo was interrupted: completing it.'));
  await writeRecord(dir, { now, is_full: false });
  const { deliveries } = createWorkload(events, 1, now, days);
  const producer = await createProducer({ queue: tier.queue });
  const progress = openProgress(terminal);
  const before = worker.stats().received;
  const report = () => {
    const done = worker.stats().received - before;
    progress.update(
      done,
      deliveries.length,
      `${count(done)} of ${plural(deliveries.length, 'event')} of the demo`,
    );
    return done >= deliveries.length;
  };
  try {
    for (let at = 0; at < deliveries.length && !signal.aborted; at += handful) {
      for (const event of deliveries.slice(at, at + handful)) producer.emit(event);
      // Gives queue and worker a turn of the event loop.
      await pause(0);
      report();
    }
    if (!signal.aborted) await producer.flush();
    while (!report() && !signal.aborted) await pause(20);
    if (!signal.aborted) await createDemoLimits(tier.database, new Date(now - days * dayMs));
    if (!signal.aborted) await writeRecord(dir, { now, is_full: true });
  } finally {
    progress.stop();
    await producer.close();
  }
}

const recordOf = (dir: string) => join(dir, 'demo.json');

async function readRecord(dir: string): Promise<DemoRecord | undefined> {
  try {
    return JSON.parse(await readFile(recordOf(dir), 'utf8')) as DemoRecord;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

const writeRecord = (dir: string, record: DemoRecord) =>
  writeFile(recordOf(dir), JSON.stringify(record), { mode: 0o600 });
