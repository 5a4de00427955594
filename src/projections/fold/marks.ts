import { isByLabel, type Projection } from '../language/projection.js';
import { assistant } from '../measures/token-sums.js';
import { call } from '../measures/tool-measures.js';
import { originalSql, whereSql } from '../measures/where.js';
import { eventsSql } from './fold-sql.js';

/** A condition on an event `e` that many sums share, and its column. */
export interface Mark {
  readonly name: string;
  readonly sql: string;
}

/** The conditions of most measures. */
const shared: readonly Mark[] = [
  { name: 'is_original_answer', sql: whereSql(assistant, [originalSql]) },
  { name: 'is_answer', sql: whereSql(assistant) },
  { name: 'is_original_call', sql: whereSql(call, [originalSql]) },
];

/**
 * The conditions that are looked at once an event, as it is appended, instead of once for each sum: a
 * tenth of the statement's work. With which events a projection folds among them the planner also takes
 * a batch for several events, and groups them by hash; what it took for one it sorted.
 */
export function marksOf(projections: readonly Projection[]): readonly Mark[] {
  const folded = projections.flatMap((projection): Mark[] => {
    // Few events have labels: what those of a label ask for is not looked at in all.
    if (projection.from !== undefined || projection.where === undefined || isByLabel(projection))
      return [];
    return [{ name: `is_in_${projection.name}`, sql: eventsSql(projection) }];
  });
  const text = projections.flatMap(textsOf).join(' ');
  return [...folded, ...shared.filter(({ sql }) => text.includes(sql))];
}

function textsOf({ measures }: Projection): string[] {
  return Object.values(measures).map((measure) =>
    'where' in measure ? whereSql(measure.where, [originalSql]) : '',
  );
}

/** A step of the fold that reads the marks of its events instead. */
export function withMarks(step: string, marks: readonly Mark[]): string {
  return marks.reduce((text, { name, sql }) => text.replaceAll(sql, `e.${name}`), step);
}
