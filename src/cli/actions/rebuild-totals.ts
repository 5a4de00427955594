import type { Database } from '../../postgres/database.js';
import type { Projection } from '../../projections/language/projection.js';
import { rebuild } from '../../projections/rebuild/rebuild.js';
import type { RebuildProgress, RebuildStep } from '../../projections/rebuild/rebuild-options.js';
import type { RebuildReport } from '../../projections/rebuild/rebuild-report.js';
import { CommandFailedError } from '../command/command-error.js';
import { count, duration } from '../output/format.js';
import { openProgress } from '../output/progress.js';
import type { Terminal } from '../output/terminal.js';

/** Options of a rebuild. */
export interface RebuildTotalsOptions {
  readonly projections: readonly Projection[] | undefined;
  readonly lanes?: number | undefined;
  readonly dry_run?: boolean | undefined;
  readonly signal: AbortSignal;
}

/** Each step: its name, and the progress at its end, from 0 to 1. */
const steps: Record<RebuildStep, { readonly says: string; readonly until: number }> = {
  cut: { says: 'marking the cut-off', until: 0.01 },
  fold: { says: 'folding the log', until: 0.7 },
  merge: { says: 'merging', until: 0.82 },
  index: { says: 'indexing', until: 0.9 },
  catch_up: { says: 'catching up', until: 0.93 },
  compare: { says: 'comparing', until: 0.98 },
  swap: { says: 'swapping the tables', until: 1 },
};
const order = Object.keys(steps) as RebuildStep[];

/**
 * Rebuilds totals and shows progress. A signal stops it and leaves the live totals unchanged.
 * @throws CommandFailedError if a signal interrupted it, and whatever `rebuild` throws
 */
export async function rebuildTotals(
  database: Database,
  terminal: Terminal,
  options: RebuildTotalsOptions,
): Promise<RebuildReport> {
  const progress = openProgress(terminal);
  const started = performance.now();
  // Only a progress bar shows a rate.
  const events = terminal.is_live ? await countLog(database) : 0;
  let reached = 0;
  const onProgress = (at: RebuildProgress) => {
    // Some steps happen more than once; progress never goes back.
    reached = Math.max(reached, computeShare(at));
    const seconds = (performance.now() - started) / 1000;
    const { at: part, of } = at.shard ?? { at: 0, of: 1 };
    const folded =
      at.step === 'fold' ? (events * (part + at.done / Math.max(1, at.total))) / of : 0;
    const pace = folded === 0 ? '' : `, ${count(folded / Math.max(0.001, seconds))} events/s`;
    const text = `${steps[at.step].says}${pace}${leftText(seconds, reached)}`;
    progress.update(reached * 1000, 1000, text);
  };
  try {
    return await rebuild(database, { ...options, on_progress: onProgress });
  } catch (error) {
    if (!options.signal.aborted) throw error;
    throw new CommandFailedError('Interrupted; the totals are as they were before.');
  } finally {
    progress.stop();
  }
}

/** The remaining time; an empty string while it is too early to estimate. */
function leftText(seconds: number, reached: number): string {
  if (reached < 0.03) return '';
  const left = Math.ceil((seconds * (1 - reached)) / reached);
  return `, about ${left < 60 ? `${left} s` : duration(left)} left`;
}

function computeShare({ shard = { at: 0, of: 1 }, ...progress }: RebuildProgress): number {
  return (shard.at + wayIn(progress)) / shard.of;
}

function wayIn({ step, done, total }: RebuildProgress): number {
  const before = order[order.indexOf(step) - 1];
  const from = before === undefined ? 0 : steps[before].until;
  return from + (steps[step].until - from) * Math.min(1, done / Math.max(1, total));
}

async function countLog(database: Database): Promise<number> {
  const [row] = await database.query<{ events: number }>(
    'select count(*)::float8 as events from runfold_internal.event',
  );
  return row?.events ?? 0;
}
