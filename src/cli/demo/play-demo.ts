import { setTimeout as pause } from 'node:timers/promises';
import { verify } from '../../projections/audit/verify.js';
import { openRunfold, type Runfold } from '../../runfold.js';
import type { CommandContext } from '../command/command.js';
import { CommandFailedError } from '../command/command-error.js';
import { count, plural } from '../output/format.js';
import { openProgress } from '../output/progress.js';
import type { DemoFolder } from './demo-folder.js';
import {
  showAudit,
  showBalance,
  showIntroduction,
  showNextSteps,
  showTotals,
} from './demo-report.js';
import { createWorkload, type Workload } from './workload.js';

/** Options of the demo. */
export interface DemoOptions {
  readonly folder: DemoFolder;
  readonly events: number;
  readonly seed: number;
  readonly signal: AbortSignal;
}

/** Runs the whole demo; returns whether the totals equal the log. */
export async function playDemo(context: CommandContext, options: DemoOptions): Promise<boolean> {
  const { terminal, log } = context;
  const workload = createWorkload(options.events, options.seed, Date.now());
  showIntroduction(terminal, workload, options.folder);
  const progress = openProgress(terminal);
  if (terminal.is_live) progress.update(0, 1, 'opening the store');
  const runfold = await openRunfold({ dir: options.folder.dir, role: 'runfold demo', log });
  try {
    const seconds = await play(runfold, workload, options.signal, progress.update).finally(
      progress.stop,
    );
    const stats = runfold.worker?.stats();
    if (stats === undefined) throw new Error('Expected a worker on an embedded store.');
    await showTotals(terminal, runfold.database, workload);
    showBalance(terminal, stats, seconds);
    const started = performance.now();
    const audit = await verify(runfold.database);
    showAudit(terminal, audit, (performance.now() - started) / 1000);
    showNextSteps(context, options.folder, workload);
    return audit.equal;
  } finally {
    progress.stop();
    await runfold.close();
  }
}

/** Events given to the producer at once. */
const handful = 500;

/** Emits every delivery and waits until the worker has handled all; returns the seconds taken. */
async function play(
  { producer, worker }: Runfold,
  { deliveries }: Workload,
  signal: AbortSignal,
  onProgress: (done: number, total: number, text: string) => void,
): Promise<number> {
  const started = performance.now();
  const seconds = () => (performance.now() - started) / 1000;
  const report = () => {
    const done = worker?.stats().received ?? 0;
    const pace = Math.round(done / Math.max(0.05, seconds()));
    onProgress(done, deliveries.length, `${plural(done, 'event')} folded, ${count(pace)} events/s`);
    return done >= deliveries.length;
  };
  const check = () => {
    if (signal.aborted) throw new CommandFailedError('The demo was interrupted.');
  };
  for (let at = 0; at < deliveries.length; at += handful) {
    check();
    for (const event of deliveries.slice(at, at + handful)) producer.emit(event);
    if (producer.stats().waiting_events > 20_000) await producer.flush();
    // Gives queue and worker a turn of the event loop.
    await pause(0);
    report();
  }
  await producer.flush();
  while (!report()) {
    check();
    await pause(20);
  }
  return seconds();
}
