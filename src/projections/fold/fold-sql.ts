import {
  fullName,
  type TableNames,
  wholeStore,
  withStripe,
  withStripeValue,
} from '../../store/shards/table-names.js';
import { isByLabel, type KeyColumn, type Projection } from '../language/projection.js';
import { kindOf, type Measure } from '../measures/kinds.js';
import { whereSql } from '../measures/where.js';

/** The table of a projection in an undivided store. */
export function tableOf(projection: Projection): string {
  return fullName(wholeStore, projection.name);
}

/** The key and measure columns of a projection, in table order. */
export function columnsOf(projection: Projection): string[] {
  return [...Object.keys(projection.key), ...Object.keys(projection.measures)];
}

/** The key columns, each with its expression over a row with the given alias. */
export function keysOf(projection: Projection, alias: 'e' | 'p'): string[] {
  return Object.entries(projection.key).map(([name, key]) => keyOf(name, key, alias));
}

function keyOf(name: string, { sql, label }: KeyColumn, alias: 'e' | 'p'): string {
  if (label !== undefined) return `l.${label} as ${name}`;
  return sql === undefined ? `${alias}.${name}` : `${sql} as ${name}`;
}

/**
 * A join that repeats a row once for each of its labels, `l.name` and `l.value`. A row without
 * labels is left out. The collation is that of the stored columns: Postgres does not compare
 * strings with different collations.
 */
const labelsOfSql = (labels: string) => `cross join lateral (
    select j.key collate "C" as name, j.value collate "C" as value from json_each_text(${labels}::json) j) l`;

/** The condition for the events, aliased `e`, that a projection folds; empty if it folds all. */
export function eventsSql({ from, where }: Projection): string {
  if (from !== undefined) return eventsSql(from);
  return (where ?? []).map((condition) => `(${whereSql(condition)})`).join(' or ');
}

/**
 * The `from` clause that reads the events that a projection folds from a relation, once for each
 * row that they add to.
 */
export function fromEventsSql(projection: Projection, events: string): string {
  const condition = eventsSql(projection);
  const labels = isByLabel(projection) ? ` ${labelsOfSql('e.labels')}` : '';
  return `${events} e${labels}${condition === '' ? '' : ` where ${condition}`}`;
}

/** Selects the keys of the rows that the events of a relation fold into, with duplicates. */
export function keysOfEventsSql(projection: Projection, events: string): string {
  if (projection.from !== undefined) {
    const finer = keysOfEventsSql(projection.from, events);
    return `select ${keysOf(projection, 'p').join(', ')} from (${finer}) p`;
  }
  return `select ${keysOf(projection, 'e').join(', ')} from ${fromEventsSql(projection, events)}`;
}

/** Selects the fold of the events of a relation, aliased `e`, as one partial row per key. */
export function foldEventsSql(projection: Projection, events: string): string {
  if (isByLabel(projection)) return foldLabelsSql(projection, events);
  const keys = keysOf(projection, 'e');
  const measures = Object.entries(projection.measures).map(
    ([name, measure]) => `${kindOf(measure).partial} as ${name}`,
  );
  return `select ${[...keys, ...measures].join(',\n    ')}
  from ${fromEventsSql(projection, events)} group by ${places(keys)}`;
}

const places = (keys: readonly string[]) => keys.map((_, at) => at + 1).join(', ');

/**
 * `foldEventsSql` of a projection by label. Many events have equal labels: they are first folded by
 * all their labels as one string, and only the result is split into labels. That takes a tenth of
 * the work.
 */
function foldLabelsSql(projection: Projection, events: string): string {
  const plain = Object.entries(projection.key).filter(([, { label }]) => label === undefined);
  const measures = Object.entries(projection.measures).map(
    ([name, measure]) => [name, kindOf(measure)] as const,
  );
  const grouped = [...plain.map(([name, key]) => keyOf(name, key, 'e')), 'e.labels'];
  const partials = measures
    .filter(([, { isOfLabel }]) => !isOfLabel)
    .map(([name, { partial }]) => `${partial} as ${name}`);
  const condition = eventsSql(projection);
  const where = ['e.labels is not null', ...(condition === '' ? [] : [`(${condition})`])];
  const keys = Object.entries(projection.key).map(([name, { label }]) =>
    label === undefined ? `p.${name}` : `l.${label} as ${name}`,
  );
  const sums = measures.map(([name, { isOfLabel, partial, combine }]) =>
    isOfLabel ? `${partial} as ${name}` : `${combine(`p.${name}`)} as ${name}`,
  );
  return `select ${[...keys, ...sums].join(',\n    ')}
  from (select ${[...grouped, ...partials].join(',\n      ')}
    from ${events} e where ${where.join(' and ')} group by ${places(grouped)}) p
  ${labelsOfSql('p.labels')} group by ${places(keys)}`;
}

/**
 * Selects the fold of partial rows, aliased `p`, of the finer projection as partials of this one.
 * Without a finer projection, the rows are partials of the projection itself. The relation has an
 * integer column `rows_added`: how many rows of the finer projection are new.
 */
export function foldPartialsSql(projection: Projection, partials: string): string {
  const keys =
    projection.from === undefined
      ? Object.keys(projection.key).map((name) => `p.${name}`)
      : keysOf(projection, 'p');
  const measures = Object.entries(projection.measures).map(([name, measure]) => {
    const column = kindOf(measure).countsRows ? 'p.rows_added' : `p.${name}`;
    return `${kindOf(measure).combine(column)} as ${name}`;
  });
  return `select ${[...keys, ...measures].join(',\n    ')}
  from ${partials} p${onlySql(projection)} group by ${keys.map((_, at) => at + 1).join(', ')}`;
}

/** The rows of the finer projection that are folded, as a `where`; empty if all are. */
function onlySql({ only, from }: Projection): string {
  if (only === undefined) return '';
  const values = only.map((name) =>
    isRequired(from?.measures[name]) ? `nullif(p.${name}, 0)` : `p.${name}`,
  );
  return ` where coalesce(${values.join(', ')}) is not null`;
}

const isRequired = (measure: Measure | undefined) =>
  measure !== undefined && kindOf(measure).required;

/**
 * Inserts a relation of partials into a projection's table, by default the live one. Keys are
 * sorted, so that concurrent writers take their row locks in the same order.
 */
export function addPartialsSql(
  projection: Projection,
  partials: string,
  names: TableNames = wholeStore,
): string {
  const columns = columnsOf(projection);
  const keys = Object.keys(projection.key);
  const merged = Object.entries(projection.measures).map(
    ([name, measure]) => `${name} = ${kindOf(measure).merge(`t.${name}`, `excluded.${name}`)}`,
  );
  return `insert into ${fullName(names, projection.name)} as t (${withStripe(columns, names).join(', ')})
  select ${withStripeValue(columns, names).join(', ')} from ${partials} order by ${keys.join(', ')}
  on conflict (${withStripe(keys, names).join(', ')}) do update set
    ${merged.join(',\n    ')}${changesSql(projection)}`;
}

/** A row with only minima and maxima seldom changes, and is then not updated. */
function changesSql(projection: Projection): string {
  const measures = Object.entries(projection.measures);
  if (!measures.every(([, measure]) => kindOf(measure).isExtreme)) return '';
  const changed = measures.map(([name, measure]) => {
    const merged = kindOf(measure).merge(`t.${name}`, `excluded.${name}`);
    return `t.${name} is distinct from ${merged}`;
  });
  return `\n  where ${changed.join(' or ')}`;
}

/**
 * Selects what a projection should contain: the fold of a relation of events, by default of the
 * whole log. The audit and the rebuild read this. It uses the same sums as the live fold.
 */
export function expectedSql(
  projection: Projection,
  events = fullName(wholeStore, 'event'),
): string {
  const { from } = projection;
  if (from === undefined) return foldEventsSql(projection, events);
  return foldPartialsSql(
    projection,
    `(select f.*, 1 as rows_added from (${expectedSql(from, events)}) f)`,
  );
}
