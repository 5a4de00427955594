import { logColumns } from '../../events/columns/log-columns.js';
import { fullName, type TableNames, wholeStore } from '../../store/shards/table-names.js';
import type { Projection } from '../language/projection.js';
import { whereSql } from '../measures/where.js';
import { fromEventsSql, keysOf } from './fold-sql.js';

/** The figures whose sums can exceed a bigint. For tokens it would take four billion events. */
const units = ['seconds', 'dollars'];
const greatest = '9223372036854775807';

/**
 * The statement that finds the events of a batch that would take a total out of its range. It takes
 * the same parameters as the statement that appends, writes nothing, and returns one row: `places`,
 * an array of positions in the batch, from 0. Events are added up in the order of the batch,
 * starting from the current total. An event that adds nothing to a full total is not included.
 */
export function overflowSql(
  projections: readonly Projection[],
  tables: TableNames = wholeStore,
): string {
  const arrays = logColumns
    .map(({ name, type }, at) => `unnest($${at + 2}::${type.split(' ')[0]}[]) as ${name}`)
    .join(', ');
  const found = projections.flatMap((projection) => overflowsOf(projection, tables));
  return `with incoming as materialized (
  select (row_number() over ())::integer - 1 as place, u.* from (select ${arrays}) u),
fresh as materialized (
  select i.* from incoming i where not exists (select from ${fullName(tables, 'event')} e
    where e.project = i.project and e.session_id = i.session_id and e.id = i.id))
select coalesce(json_agg(distinct place), '[]'::json) as places, $1::json is null as nothing
from (${found.join('\nunion all\n') || 'select 0 as place where false'}) f`;
}

function overflowsOf(projection: Projection, tables: TableNames): string[] {
  const keys = Object.keys(projection.key);
  const sums = summed(projection);
  if (sums.length === 0) return [];
  const running = sums.map(
    ([name]) => `r.${name} <> 0 and abs(coalesce(t.${name}, 0)::numeric
      + sum(r.${name}) over (partition by ${keys.map((key) => `r.${key}`).join(', ')} order by r.place)) > ${greatest}`,
  );
  return [
    `select s.place from (select r.place, (${running.join('\n    or ')}) as is_over
    from (${contributionsSql(projection)}) r
    left join ${fullName(tables, projection.name)} t on ${keys.map((key) => `t.${key} = r.${key}`).join(' and ')}) s
  where s.is_over`,
  ];
}

/** What each event adds to each sum of a projection, with the key of its row. */
function contributionsSql(projection: Projection): string {
  const { from } = projection;
  const keys = keysOf(projection, from === undefined ? 'e' : 'p');
  const sums = summed(projection);
  if (from !== undefined) {
    const names = sums.map(([name]) => `p.${name}`);
    return `select p.place, ${[...keys, ...names].join(', ')} from (${contributionsSql(from)}) p`;
  }
  const amounts = sums.map(([name, { of, where }]) => {
    const condition = whereSql(where);
    const amount = `coalesce(e.${of}, 0)::numeric`;
    return condition === ''
      ? `${amount} as ${name}`
      : `case when ${condition} then ${amount} else 0 end as ${name}`;
  });
  return `select e.place, ${[...keys, ...amounts].join(', ')} from ${fromEventsSql(projection, 'fresh')}`;
}

function summed(projection: Projection) {
  return Object.entries(projection.measures).flatMap(([name, measure]) =>
    measure.fold === 'sum' && units.includes(measure.unit) ? [[name, measure] as const] : [],
  );
}
