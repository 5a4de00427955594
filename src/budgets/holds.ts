import type { Database } from '../postgres/database.js';
import { queryPrepared } from '../postgres/prepared-query.js';

/** Releases what is held under several ids in one statement. Returns for each id whether there was a hold. */
export async function freeHolds(
  database: Database,
  project: number,
  holdIds: readonly string[],
): Promise<boolean[]> {
  const rows = await queryPrepared<{ hold_id: string }>(
    database,
    'select hold_id from runfold_internal.release_holds($1, $2) hold_id',
    [project, holdIds],
  );
  // An id has a row for each budget that it holds of.
  const freed = new Set(rows.map(({ hold_id }) => hold_id));
  // If the same id was given twice, only the first released it.
  return holdIds.map((id) => freed.delete(id));
}

/** The maximum number of expired holds to remove at once. */
const mostAtOnce = 10_000;

/** Removes expired holds. They no longer count, so this only keeps their table small. */
export async function removeExpiredHolds(database: Database): Promise<void> {
  await database.query(
    `delete from runfold_internal.budget_hold h where (h.project, h.hold_id, h.budget_id) in (
      select o.project, o.hold_id, o.budget_id from runfold_internal.budget_hold o
      where o.expires_at <= clock_timestamp() limit ${mostAtOnce} for update skip locked)`,
  );
}
