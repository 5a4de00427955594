import { createHash } from 'node:crypto';
import type { Database } from '../../postgres/database.js';
import type { Projection } from '../language/projection.js';
import { projections as allProjections } from '../projections.js';
import { addPartialsSql, foldEventsSql, foldPartialsSql } from './fold-sql.js';

const known = new WeakMap<Projection, string>();

/** A hash of what a projection computes: it changes with the declaration. */
export function fingerprintOf(projection: Projection): string {
  const existing = known.get(projection);
  if (existing !== undefined) return existing;
  const fingerprint = computeFingerprint(projection);
  known.set(projection, fingerprint);
  return fingerprint;
}

function computeFingerprint(projection: Projection): string {
  const hash = createHash('sha256').update(addPartialsSql(projection, 'partials'));
  if (projection.from === undefined) hash.update(foldEventsSql(projection, 'events'));
  else hash.update(foldPartialsSql(projection, 'partials')).update(fingerprintOf(projection.from));
  return hash.digest('hex');
}

/**
 * Records the declarations of projections that the store does not know yet, if it has no events:
 * their totals are then complete from the start. If it has events, they stay unknown and therefore
 * stale until a rebuild. Call it after the tables are migrated. Many processes may call it at the
 * same time.
 */
export async function recordFingerprints(
  database: Database,
  projections: readonly Projection[] = allProjections,
): Promise<void> {
  // If many processes start at the same time, only the first inserts the row. No event can be
  // missed between reading the log and this insert: the process that folds it has the table of the
  // projection already.
  await database.query(
    `insert into runfold_internal.projection_state (name, fingerprint, rebuilt_at)
    select unnest($1::text[]), unnest($2::text[]), null::timestamptz
    where not exists (select 1 from runfold_internal.event)
    on conflict (name) do nothing`,
    [projections.map(({ name }) => name), projections.map(fingerprintOf)],
  );
}

/** The statement that records a projection as rebuilt now. */
export function rebuiltSql(projection: Projection): string {
  return `insert into runfold_internal.projection_state (name, fingerprint, rebuilt_at)
    values ('${projection.name}', '${fingerprintOf(projection)}', clock_timestamp())
    on conflict (name) do update
    set fingerprint = excluded.fingerprint, rebuilt_at = excluded.rebuilt_at`;
}

/** Projections whose declaration differs from the one that their totals were computed with; a rebuild repairs them. */
export async function staleProjections(
  database: Database,
  projections: readonly Projection[] = allProjections,
): Promise<Projection[]> {
  return staleAmong(projections, await database.query(recordedSql));
}

/** `staleProjections` from the result of `recordedSql`. */
export function staleAmong(
  projections: readonly Projection[],
  recorded: readonly { readonly name: string; readonly fingerprint: string }[],
): Projection[] {
  const known = new Map(recorded.map(({ name, fingerprint }) => [name, fingerprint]));
  return projections.filter(
    (projection) => known.get(projection.name) !== fingerprintOf(projection),
  );
}

export const recordedSql = 'select name, fingerprint from runfold_internal.projection_state';
