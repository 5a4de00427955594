import { setTimeout as pause } from 'node:timers/promises';
import type { Database } from '../../postgres/database.js';
import { checkNames, projectOf } from '../conditions.js';
import { isSpread } from '../readers/readers.js';
import { cursorOnServers, followServers } from './follow-servers.js';
import { decodeTailPoint, encodeTailPoint, type TailPoint } from './tail-cursor.js';
import { takeSnapshot } from './tail-snapshot.js';
import { checkPoint, giveStep, nextStep, type TailItem, type TailOptions } from './tail-step.js';

export { tailHours } from './tail-cursor.js';
export type { TailItem, TailOptions } from './tail-step.js';

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
  checkNames('only', ['events', 'runs'], options.only);
  if (await isSpread(database)) {
    yield* followServers(database, options);
    return;
  }
  const { poll_ms = 250, signal } = options;
  const isEnded = () => signal?.aborted === true;
  const project = projectOf(options);
  let point = await readStart(database, options.cursor, project);
  yield { kind: 'none', cursor: encodeTailPoint(point) };
  while (!isEnded()) {
    if (await isSpread(database)) {
      const cursor = await cursorOnServers(database, point);
      yield* followServers(database, { ...options, cursor });
      return;
    }
    if (point.step === undefined) {
      const next = await nextStep(database, point);
      if (next !== undefined) point = { ...point, step: next };
    }
    const { step } = point;
    if (step !== undefined) {
      yield* giveStep(database, point, step, options, encodeTailPoint);
      // Interrupted in the middle: the position after the step is not reached.
      if (isEnded()) return;
      point = { v: 1, project, from: step.to, floor: step.floor };
    }
    yield { kind: 'none', cursor: encodeTailPoint(point) };
    await pause(poll_ms, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
  }
}

async function readStart(
  database: Database,
  cursor: string | undefined,
  project: number,
): Promise<TailPoint> {
  const now = await takeSnapshot(database);
  if (cursor === undefined) return { v: 1, project, from: now.snapshot, floor: now.floor };
  const point = decodeTailPoint(cursor, project);
  checkPoint(point, now);
  return point;
}
