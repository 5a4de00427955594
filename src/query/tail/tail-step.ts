import type { Database } from '../../postgres/database.js';
import type { ProjectOptions } from '../conditions.js';
import type { LoggedEvent } from '../log/events.js';
import { TailExpiredError } from '../query-errors.js';
import type { RunTotals } from '../totals/totals.js';
import { type TailPoint, type TailStep, tailHours } from './tail-cursor.js';
import { readTailEvents, readTailRuns, type TailFilters } from './tail-rows.js';
import { readSnapshot, type TailSnapshot, takeSnapshot } from './tail-snapshot.js';

/** What to follow, and from which position. */
export interface TailOptions extends ProjectOptions, TailFilters {
  /** `cursor` of the last item that was received. Defaults to now. */
  readonly cursor?: string | undefined;
  /** What to return. Defaults to both. */
  readonly only?: 'events' | 'runs' | undefined;
  /** Milliseconds between two polls. Defaults to 250. */
  readonly poll_ms?: number | undefined;
  /** Ends the stream. */
  readonly signal?: AbortSignal | undefined;
}

/** A new item, and the position after it. `none` means that a poll found nothing new. */
export type TailItem = { readonly cursor: string } & (
  | { readonly kind: 'event'; readonly event: LoggedEvent }
  | { readonly kind: 'run'; readonly run: RunTotals }
  | { readonly kind: 'none' }
);

const pageRows = 500;
/** The range of the log that one statement reads, in microseconds; it doubles if little is new. */
const firstStretch = 60_000_000;

/** @throws TailExpiredError if a position is too old, or from another database */
export function checkPoint(point: TailPoint, now: TailSnapshot): void {
  const isOld = (point.step?.at ?? point.floor) < now.at - tailHours * 3_600_000_000;
  const isForeign = [point.from, point.step?.to ?? point.from].some(
    (snapshot) => xmaxOf(snapshot) > xmaxOf(now.snapshot),
  );
  if (isOld || isForeign) throw new TailExpiredError(tailHours);
}

const xmaxOf = (snapshot: string) => BigInt(snapshot.split(':')[1] ?? 0);

/** The next step of a position; undefined if nothing was committed since. */
export async function nextStep(
  database: Database,
  point: TailPoint,
): Promise<TailStep | undefined> {
  if ((await readSnapshot(database)) === point.from) return undefined;
  const { snapshot: to, floor, at } = await takeSnapshot(database);
  return { to, floor, at };
}

/** The items of a step. `cursorOf` makes the cursor of a position. */
export async function* giveStep(
  database: Database,
  point: TailPoint,
  begun: TailStep,
  options: TailOptions,
  cursorOf: (point: TailPoint) => string,
): AsyncGenerator<TailItem> {
  const { only, signal } = options;
  let step = begun;
  const cursor = () => cursorOf({ ...point, step });
  let since = step.event?.[0] ?? point.floor;
  let stretch = firstStretch;
  for (let isDone = step.run !== undefined || only === 'runs'; !isDone; ) {
    const isLast = since + stretch >= step.at;
    const until = isLast ? undefined : since + stretch;
    const range = { ...options, since, until, limit: pageRows };
    const rows = await readTailEvents(database, point, step, range);
    for (const { event, key } of rows) {
      if (signal?.aborted === true) return;
      step = { ...step, event: key };
      yield { kind: 'event', event, cursor: cursor() };
    }
    if (rows.length === pageRows) since = step.event?.[0] ?? since;
    else {
      isDone = isLast;
      since += stretch;
      stretch *= 2;
    }
  }
  for (let isDone = only === 'events'; !isDone; ) {
    step = { ...step, run: step.run ?? [] };
    const runs = await readTailRuns(database, point, step, { ...options, limit: pageRows });
    for (const run of runs) {
      if (signal?.aborted === true) return;
      step = { ...step, run: [run.session_id, run.run_id] };
      yield { kind: 'run', run, cursor: cursor() };
    }
    isDone = runs.length < pageRows;
  }
}
