import { setTimeout as sleep } from 'node:timers/promises';
import { within } from '../environment/within.js';
import { eventKey } from '../events/event-id.js';
import type { Database } from '../postgres/database.js';
import { projectOf } from './conditions.js';
import { type EventKey, NotFoldedError } from './query-errors.js';
import { gather } from './readers/readers.js';

/** How long to wait, and how often to poll. */
export interface WaitOptions {
  /** The maximum wait, in milliseconds. Defaults to 30,000. */
  readonly timeout_ms?: number | undefined;
  /** The pause between polls, in milliseconds. Defaults to 20. */
  readonly poll_ms?: number | undefined;
  /** Ends the wait, as if the time had run out. */
  readonly signal?: AbortSignal | undefined;
}

/** In milliseconds. */
const longestPause = 500;
/** How long the only look of a shorter wait may take, in milliseconds. */
const shortestLook = 1_000;

/**
 * Resolves when all of the events are in the log, and therefore in every total: both are written in
 * one transaction. Rejected events never are.
 * @throws NotFoldedError after `timeout_ms`, with the missing events, even if the database does not respond
 */
export async function waitUntilFolded(
  database: Database,
  keys: readonly EventKey[],
  options: WaitOptions = {},
): Promise<void> {
  const { timeout_ms = 30_000, poll_ms = 20, signal } = options;
  const deadline = performance.now() + timeout_ms;
  // The events of a batch are folded together: while this one is missing, the others need not be checked.
  let [first] = keys;
  let missing = keys;
  let pause = poll_ms;
  const look = async () => {
    for (;;) {
      const looked = first === undefined ? missing : [first];
      const absent = await findMissing(database, looked);
      if (absent.length === 0) {
        missing = first === undefined ? absent : await findMissing(database, missing);
        if (missing.length === 0) return;
        [first] = missing;
      }
      const left = deadline - performance.now();
      if (left <= 0 || signal?.aborted) throw new NotFoldedError(missing, timeout_ms);
      // The longer the wait, the longer the pause: many waiting callers must not block other reads.
      await sleep(Math.min(pause, left));
      pause = Math.min(pause * 1.2, Math.max(poll_ms, longestPause));
    }
  };
  // A database that is stopped responds neither in time nor with an error.
  const most = Math.max(timeout_ms, shortestLook);
  await within(most, look(), () => new NotFoldedError(missing, timeout_ms));
}

/** The table, not the view: its index is on the 16 bytes of the stored id. */
async function findMissing(
  database: Database,
  keys: readonly EventKey[],
): Promise<readonly EventKey[]> {
  if (keys.length === 0) return [];
  const values = [
    keys.map(projectOf),
    keys.map((key) => key.session_id),
    keys.map((key) => eventKey(key.id)),
  ];
  // An event is missing if no server has it.
  const lists = await gather(database, {}, async (reader) => {
    const rows = await reader.query<{ place: number }>(missingSql, values);
    return new Set(rows.map(({ place }) => place));
  });
  return keys.filter((_, at) => lists.every((missing) => missing.has(at + 1)));
}

const missingSql = `select k.place::integer as place
    from unnest($1::integer[], $2::text[], $3::uuid[])
      with ordinality as k(project, session_id, id, place)
    where not exists (
      select from runfold_internal.event e
      where e.project = k.project and e.session_id = k.session_id and e.id = k.id)`;
