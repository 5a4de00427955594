import type { Database } from '../../postgres/database.js';
import { staleProjections } from '../../projections/fold/fingerprint.js';
import type { Projection } from '../../projections/language/projection.js';

/** Totals whose declaration differs from this version's, and a sentence that says so. */
export interface StaleTotals {
  readonly projections: readonly Projection[];
  readonly text: string;
}

/** Checks whether totals are stale; undefined if none are. */
export async function findStaleTotals(database: Database): Promise<StaleTotals | undefined> {
  const projections = await staleProjections(database);
  if (projections.length === 0) return undefined;
  const names = projections.map(({ name }) => name).join(', ');
  return {
    projections,
    text: `Totals are stale: the definition of ${names} has changed since they were computed. Run "runfold migrate --rebuild".`,
  };
}
