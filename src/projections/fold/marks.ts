import { isByLabel, type Projection } from '../language/projection.js';
import { assistant } from '../measures/token-sums.js';
import { call } from '../measures/tool-measures.js';
import { originalSql, whereSql } from '../measures/where.js';
import { eventsSql } from './fold-sql.js';

/** A condition on an event `e` that many sums share, and the column for its result. */
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
 * The conditions that are evaluated once per event as it is appended, instead of once per sum. They
 * save a tenth of the statement's work. With the conditions of the projections' events among them,
 * the planner also expects several events in a batch and groups them by hash. When it expected one,
 * it sorted.
 */
export function marksOf(projections: readonly Projection[]): readonly Mark[] {
  const folded = projections.flatMap((projection): Mark[] => {
    // Few events have labels, so the conditions for labels are not evaluated for all events.
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

/** The same step of the fold, with the marks of its events instead of the conditions. */
export function withMarks(step: string, marks: readonly Mark[]): string {
  return marks.reduce((text, { name, sql }) => text.replaceAll(sql, `e.${name}`), step);
}
