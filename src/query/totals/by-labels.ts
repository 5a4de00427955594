import { tableOf } from '../../projections/fold/fold-sql.js';
import { runLabelProjection } from '../../projections/run-label.js';
import { type Conditions, isAnyOf } from '../conditions.js';
import { type LabelFilters, labelsAsked } from '../label-filters.js';

/** The labels of a run that is aliased, as an object; null if it has none. */
export const runLabelsSql = (alias: string) =>
  `(select json_object_agg(l.name, l.value order by l.name) from ${tableOf(runLabelProjection)} l
    where l.project = ${alias}.project and l.session_id = ${alias}.session_id and l.run_id = ${alias}.run_id)`;

/** Keeps runs `r` with all of these labels, or sessions `r` of which for each of them a run has it. */
export function addLabels(
  where: Conditions,
  labels: LabelFilters | undefined,
  ids: readonly string[],
): void {
  const same = ids.map((name) => `l.${name} = r.${name}`).join(' and ');
  for (const [name, value] of labelsAsked(labels)) {
    where.add(`exists (select from ${tableOf(runLabelProjection)} l where l.project = $1 and ${same}
      and l.name = ${where.parameter(name)} and l.value ${isAnyOf(`label.${name}`, value, where.parameter)})`);
  }
}

/** The same as filters that a cursor belongs to. */
export function labelFilters(labels: LabelFilters | undefined): LabelFilters {
  return Object.fromEntries(
    labelsAsked(labels).map(([name, value]) => [`label.${name}`, value] as const),
  );
}
