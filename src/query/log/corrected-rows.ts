import { metricFields } from '../../events/metric-fields.js';
import { agreeInViewSql } from '../../projections/agreement.js';
import { summedFigures } from '../../projections/summed-figures.js';
import { type AgnoMetricName, combineObjects, isObjectMetric } from '../agno/agno-metrics.js';
import { logColumnNames, logRowsSql } from './log-rows.js';

/** The views whose rows may be corrected by other rows of the same view. */
export type CorrectableView = 'messages' | 'tool_calls';

const summed = new Set<string>(summedFigures.keys());
const objects = new Set<string>(
  metricFields.map(({ name }) => name).filter((name) => isObjectMetric(name as AgnoMetricName)),
);

/** The order of corrections, because the later object wins. */
const order = 'c.occurred_at, coalesce(c.sequence, 0), c.id collate "C"';

/**
 * Whether a row of `logRowsSql`, aliased, is a row of the list: an event, or a correction whose event
 * is not in the list. `$1` is the project.
 */
export function isShownSql(view: CorrectableView, alias: string): string {
  return `(${alias}.corrected_key is null or not exists (select from ${logRowsSql(view)} o
      where o.project = $1 and o.session_id = ${alias}.session_id and o.key = ${alias}.corrected_key
        and o.corrected_key is null and ${agreeIn(view, 'o', alias)}))`;
}

const agreeIn = (view: CorrectableView, one: string, other: string) =>
  agreeInViewSql(one, other, logColumnNames(view));

/**
 * `select` of a relation with a page of rows of `logRowsSql`, with all their corrections added
 * to their figures, and the number of these as `corrections`; `$1` is the project. `offset 0` makes Postgres look up
 * the corrections of each row by their index, whatever the statistics say. Objects are lists of
 * their parts, which `withObjects` combines.
 */
export function correctedRowsSql(view: CorrectableView, page: string): string {
  const names = logColumnNames(view);
  const parts = names.flatMap((name) => {
    if (summed.has(name)) return [`sum(c.${name}) as ${name}`];
    if (!objects.has(name)) return [];
    return [
      `json_agg(c.${name} order by ${order}) filter (where c.${name} is not null) as ${name}`,
    ];
  });
  const columns = names.map((name) => {
    if (summed.has(name)) return `coalesce(e.${name} + c.${name}, e.${name}, c.${name}) as ${name}`;
    if (!objects.has(name)) return `e.${name}`;
    return `case when coalesce(e.${name}, c.${name}) is not null
        then json_build_array(e.${name}, c.${name}) end as ${name}`;
  });
  return `select ${columns.join(', ')}, e.occurred_at_us, coalesce(c.corrections, 0)::integer as corrections
    from ${page} e left join lateral (
      select count(*) as corrections, ${parts.join(', ')}
      from ${logRowsSql(view)} c
      where c.project = $1 and c.session_id = e.session_id and c.corrected_key = e.key
        and e.corrected_key is null and ${agreeIn(view, 'c', 'e')}
      offset 0) c on true`;
}

/** A row of `correctedRowsSql` with each object combined from its parts, as in Agno's shape. */
export function withObjects<T extends object>(row: T): T {
  const together = [...objects].map((name) => {
    const parts: unknown = row[name as keyof T];
    const known = (Array.isArray(parts) ? parts.flat() : []).filter((part) => part !== null);
    return [
      name,
      known.length > 1 ? combineObjects(name as AgnoMetricName, known) : (known[0] ?? null),
    ];
  });
  return { ...row, ...Object.fromEntries(together) };
}
