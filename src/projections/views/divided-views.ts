import { foldPartialsSql, tableOf } from '../fold/fold-sql.js';
import type { Projection } from '../language/projection.js';
import { projections } from '../projections.js';
import type { View } from './view.js';

/** The tables that a store divides by stripe. */
export const dividedTables: readonly string[] = ['event', ...projections.map(({ name }) => name)];

/**
 * Whether stripes share keys of a projection: without a session in the key, each stripe has a row.
 */
const isShared = (projection: Projection) => !('session_id' in projection.key);

/** The rows of a projection as a relation, with the rows of all stripes under one key added up. */
function combinedSql(projection: Projection): string {
  const { from: _from, only: _only, ...own } = projection;
  return `(${foldPartialsSql(own, tableOf(projection))})`;
}

/** The view for a divided store; undefined if it is the same one. */
export function dividedView(view: View): View | undefined {
  const from = projections
    .filter(isShared)
    .reduce(
      (text, projection) =>
        text.replaceAll(`${tableOf(projection)} t`, `${combinedSql(projection)} t`),
      view.from_divided ?? view.from,
    );
  return from === view.from ? undefined : { ...view, from };
}
