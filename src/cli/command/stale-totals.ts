import type { Database } from '../../postgres/database.js';
import { staleProjections } from '../../projections/fold/fingerprint.js';
import type { Projection } from '../../projections/language/projection.js';

/** Totals that were made with another declaration than this Runfold's, and the words for it. */
export interface StaleTotals {
  readonly projections: readonly Projection[];
  readonly text: string;
}

/** Looks whether totals are stale; undefined when none is. */
export async function findStaleTotals(database: Database): Promise<StaleTotals | undefined> {
  const projections = await staleProjections(database);
  if (projections.length === 0) return undefined;
  const names = projections.map(({ name }) => name).join(', ');
  return {
    projections,
    text: `Totals are stale: what ${names} hold has changed since they were made. Run "runfold migrate --rebuild".`,
  };
}
