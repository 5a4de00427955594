import { createHash } from 'node:crypto';
import type { Database } from '../../postgres/database.js';
import type { Projection } from '../language/projection.js';
import { projections as allProjections } from '../projections.js';
import { addPartialsSql, foldEventsSql, foldPartialsSql } from './fold-sql.js';

/** A hash of what a projection computes: it changes with the declaration. */
export function fingerprintOf(projection: Projection): string {
  const hash = createHash('sha256').update(addPartialsSql(projection, 'partials'));
  if (projection.from === undefined) hash.update(foldEventsSql(projection, 'events'));
  else hash.update(foldPartialsSql(projection, 'partials')).update(fingerprintOf(projection.from));
  return hash.digest('hex');
}

/**
 * Records the declarations of projections that the store does not know yet, if no event has come
 * before them: their totals are whole from the start. Where events came first they stay unknown,
 * and so stale until a rebuild. To be called after the tables were migrated; safe when many
 * processes do so at once.
 */
export async function recordFingerprints(
  database: Database,
  projections: readonly Projection[] = allProjections,
): Promise<void> {
  // Of many that start at once, whoever is second finds the row. An event cannot come between the
  // look at the log and the record: who folds it has the table of the projection already.
  await database.query(
    `insert into runfold_internal.projection_state (name, fingerprint, rebuilt_at)
    select name, fingerprint, null from unnest($1::text[], $2::text[]) as declared(name, fingerprint)
    where not exists (select from runfold_internal.event)
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

/** `staleProjections` of the answer to `recordedSql`. */
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
