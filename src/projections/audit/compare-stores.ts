import type { Database } from '../../postgres/database.js';
import { tableOf } from '../fold/fold-sql.js';
import type { Projection } from '../language/projection.js';
import { kindOf } from '../measures/kinds.js';
import { projections as allProjections } from '../projections.js';

/** A figure whose grand totals differ between two stores. */
export interface StoreDifference {
  /** `event` for the log itself. */
  readonly projection: string;
  readonly field: string;
  /** As a string, which is exact. */
  readonly from: string | null;
  readonly to: string | null;
}

/**
 * Compares the grand totals of two stores, divided or not: the number of events in their logs, a
 * sum over the events' keys, and every count and sum of every projection.
 */
export async function compareStores(
  from: Database,
  to: Database,
  projections: readonly Projection[] = allProjections,
): Promise<StoreDifference[]> {
  const differences: StoreDifference[] = [];
  const compare = async (projection: string, text: string) => {
    const [[ofFrom = {}], [ofTo = {}]] = await Promise.all([
      from.query<Record<string, string | null>>(text),
      to.query<Record<string, string | null>>(text),
    ]);
    for (const field of Object.keys(ofFrom)) {
      const [a = null, b = null] = [ofFrom[field], ofTo[field]];
      if (a !== b) differences.push({ projection, field, from: a, to: b });
    }
  };
  await compare('event', logSql);
  for (const projection of projections) {
    const sums = Object.entries(projection.measures)
      .filter(([, measure]) => kindOf(measure).isAdditive)
      .map(([name]) => `sum(t.${name})::text as ${name}`);
    if (sums.length === 0) continue;
    await compare(projection.name, `select ${sums.join(', ')} from ${tableOf(projection)} t`);
  }
  return differences;
}

/** A sum of hashes does not depend on the order. */
const logSql = `select count(*)::text as events,
    sum(('x' || substr(md5(e.project || '/' || e.session_id || '/' || e.id), 1, 15))::bit(60)::bigint)::text as keys
  from runfold_internal.event e`;
