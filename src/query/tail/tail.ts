import { setTimeout as pause } from 'node:timers/promises';
import type { Database } from '../../postgres/database.js';
import { type ProjectOptions, projectOf } from '../conditions.js';
import type { LoggedEvent } from '../log/events.js';
import { TailExpiredError } from '../query-errors.js';
import type { RunTotals } from '../totals/totals.js';
import { decodeTailPoint, encodeTailPoint, type TailPoint, type TailStep } from './tail-cursor.js';
import { readTailEvents, readTailRuns, type TailFilters } from './tail-rows.js';
import { readSnapshot, takeSnapshot } from './tail-snapshot.js';

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

/** The maximum age of a cursor: one day. */
export const tailHours = 24;
const pageRows = 500;
/** The range of the log that one statement reads, in microseconds; it doubles if little is new. */
const firstStretch = 60_000_000;

/**
 * Yields every event of a project that is folded from now on, or after `cursor`, once and without
 * gaps. After the events of each poll it yields the current totals of the runs that they changed. The
 * first item is `none`, with the position at which the stream begins.
 *
 * A poll takes a snapshot, and yields what it sees and the previous one did not. So the events of a transaction that
 * began earlier and ended later are in the poll after its end. Within a poll, events are ordered by
 * `recorded_at`, session and id, and a stream that was interrupted continues after its last item.
 *
 * @throws InvalidCursorError @throws TailExpiredError if the cursor is too old, or from another database
 */
export async function* followLog(
  database: Database,
  options: TailOptions = {},
): AsyncGenerator<TailItem> {
  const { poll_ms = 250, signal } = options;
  const isEnded = () => signal?.aborted === true;
  const project = projectOf(options);
  let point = await startOf(database, options.cursor, project);
  yield { kind: 'none', cursor: encodeTailPoint(point) };
  while (!isEnded()) {
    if (point.step === undefined) {
      const next = await nextStep(database, point);
      if (next !== undefined) point = { ...point, step: next };
    }
    const { step } = point;
    if (step !== undefined) {
      yield* giveStep(database, point, step, options);
      // Interrupted in the middle: the position after the step is not reached.
      if (isEnded()) return;
      point = { v: 1, project, from: step.to, floor: step.floor };
    }
    yield { kind: 'none', cursor: encodeTailPoint(point) };
    await pause(poll_ms, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
  }
}

async function startOf(
  database: Database,
  cursor: string | undefined,
  project: number,
): Promise<TailPoint> {
  const now = await takeSnapshot(database);
  if (cursor === undefined) return { v: 1, project, from: now.snapshot, floor: now.floor };
  const point = decodeTailPoint(cursor, project);
  const isOld = (point.step?.at ?? point.floor) < now.at - tailHours * 3_600_000_000;
  const isForeign = [point.from, point.step?.to ?? point.from].some(
    (snapshot) => xmaxOf(snapshot) > xmaxOf(now.snapshot),
  );
  if (isOld || isForeign) throw new TailExpiredError(tailHours);
  return point;
}

const xmaxOf = (snapshot: string) => BigInt(snapshot.split(':')[1] ?? 0);

async function nextStep(database: Database, point: TailPoint): Promise<TailStep | undefined> {
  if ((await readSnapshot(database)) === point.from) return undefined;
  const { snapshot: to, floor, at } = await takeSnapshot(database);
  return { to, floor, at };
}

async function* giveStep(
  database: Database,
  point: TailPoint,
  begun: TailStep,
  options: TailOptions,
): AsyncGenerator<TailItem> {
  const { only, signal } = options;
  let step = begun;
  const cursor = () => encodeTailPoint({ ...point, step });
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
