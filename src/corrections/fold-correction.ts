import { isDeepStrictEqual } from 'node:util';
import type { MetricEvent } from '../events/metric-event.js';
import type { Database } from '../postgres/database.js';
import { type WaitOptions, waitUntilFolded } from '../query/wait-until-folded.js';
import { getEvent } from './corrected-event.js';
import type { Correction, FigureChange } from './correction.js';
import { CorrectionContendedError } from './correction-errors.js';

/** Makes a correction from what is in the store; undefined if there is nothing to correct. */
export type MakeCorrection = (database: Database) => Promise<Correction | undefined>;

/** How corrections of a project reach the log. */
export interface FoldCorrectionOptions extends WaitOptions {
  readonly project: number;
  /** Sends an event; resolves when it is durably on the queue. */
  send(event: MetricEvent): Promise<void>;
}

/** How often another correction may come first before this one gives up. */
const attempts = 5;

/**
 * Sends a correction through queue and worker, and returns it once it is folded; undefined if there was
 * nothing to correct. If another correction of the same event came first, the log refuses this one, and
 * a new one is made from what is then in the store.
 * @throws NotFoldedError after `timeout_ms`: the correction is on the queue, and the same correction again is the
 * same event. CorrectionContendedError if other corrections keep coming first, and every error of `make` and `send`
 */
export async function foldCorrection(
  database: Database,
  make: MakeCorrection,
  { project, send, ...wait }: FoldCorrectionOptions,
): Promise<Correction | undefined> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const correction = await make(database);
    if (correction === undefined) return undefined;
    const { id, session_id, metrics } = correction.event;
    await send(correction.event);
    await waitUntilFolded(database, [{ project, session_id, id }], wait);
    // Another correction may have the same id: the log has the one that came first.
    const stored = await getEvent(database, { project, session_id, id });
    if (isDeepStrictEqual(stored?.metrics, metrics)) return correction;
  }
  throw new CorrectionContendedError();
}

/** A correction as programs see it. */
export interface CorrectionReport {
  /** Whether the totals include it now. False for a trial, and if there was nothing to correct. */
  readonly applied: boolean;
  /** The event that it corrects; absent if there was nothing to correct. */
  readonly event?: { readonly session_id: string; readonly run_id: string; readonly id: string };
  /** The id of the correction in the log. */
  readonly correction?: string;
  readonly changes: readonly FigureChange[];
}

/** What a correction changes, for programs. */
export function reportCorrection(
  correction: Correction | undefined,
  applied: boolean,
): CorrectionReport {
  if (correction === undefined) return { applied: false, changes: [] };
  const { event, original, changes } = correction;
  const { session_id, run_id, id } = original;
  return { applied, event: { session_id, run_id, id }, correction: event.id, changes };
}
