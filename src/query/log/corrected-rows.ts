import { metricFields } from '../../events/metric-fields.js';
import { summedFigures } from '../../projections/summed-figures.js';
import { logViews } from '../../projections/views/log-views.js';
import { type AgnoMetricName, combineObjects, isObjectMetric } from '../agno/agno-metrics.js';

/** The views of which each row is corrected by others of the same view. */
export type CorrectableView = 'messages' | 'tool_calls';

/** Columns on which a correction agrees with its event; one that does not adds to other totals. */
const agreeing: Record<CorrectableView, readonly string[]> = {
  messages: ['session_id', 'run_id', 'role'],
  tool_calls: ['session_id', 'run_id'],
};

const summed = new Set<string>(summedFigures.keys());
const objects = new Set<string>(
  metricFields.map(({ name }) => name).filter((name) => isObjectMetric(name as AgnoMetricName)),
);

/** The order of corrections, for objects of which the later ones win. */
const order = 'c.occurred_at, coalesce(c.sequence, 0), c.id collate "C"';

/**
 * `select` of a relation that holds a page of rows of the view, with every correction of them added
 * to their figures, and how many there are as `corrections`. The corrections are looked for in the
 * page's sessions, once each; `$1` is the project. Objects come as lists of their parts, for
 * `withObjects` to put together.
 */
export function correctedRowsSql(view: CorrectableView, page: string): string {
  const names = logViews.find(({ name }) => name === view)?.columns.map(({ name }) => name) ?? [];
  const keys = agreeing[view];
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
  return `select ${columns.join(', ')}, coalesce(c.corrections, 0)::integer as corrections
    from ${page} e left join (
      select ${keys.map((key) => `c.${key}`).join(', ')}, c.corrects,
        count(*) as corrections, ${parts.join(', ')}
      from runfold.${view} c
      where c.project = $1 and c.corrects is not null
        and c.session_id = any(array(select p.session_id from ${page} p))
      group by ${keys.map((key) => `c.${key}`).join(', ')}, c.corrects) c
    on c.corrects = e.id and ${keys.map((key) => `c.${key} = e.${key}`).join(' and ')}`;
}

/** A row of `correctedRowsSql` with each object put together from its parts, as in Agno's shape. */
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
