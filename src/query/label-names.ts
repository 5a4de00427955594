import { describeValue } from '../events/fault.js';
import { isLabelName, labelNamePhrase } from '../events/labels.js';
import type { Database } from '../postgres/database.js';
import { tableOf } from '../projections/fold/fold-sql.js';
import { labelUsageProjection } from '../projections/label-usage.js';
import { quarterMicros } from '../projections/time-buckets.js';
import { timestampSql, utcTextSql } from '../store/sql-units.js';
import { conditionsOn, type ProjectOptions, prefixOf, projectOf } from './conditions.js';
import { type Page, type PageOptions, readPage } from './page.js';
import { InvalidQueryError } from './query-errors.js';
import { byBytes, on } from './readers/orders.js';
import { gather } from './readers/readers.js';

/** A label that events have, and some of its values. */
export interface LabelName {
  readonly name: string;
  /** The first values in byte order. */
  readonly values: readonly string[];
  /** Whether there are more values than these. */
  readonly has_more_values: boolean;
  /** The start of the quarter of an hour in which an event last had it; RFC 3339 in UTC. */
  readonly last_used_at: string;
}

/** A value of a label. */
export interface LabelValue {
  readonly value: string;
  /** The start of the quarter of an hour in which an event last had it; RFC 3339 in UTC. */
  readonly last_used_at: string;
}

/** Which labels to list, how many, and how many values of each. */
export interface ListLabelsOptions extends ProjectOptions, PageOptions {
  /** The maximum number of values per label, 0 to 100. Defaults to 10. */
  readonly values?: number | undefined;
}

/** Which values of a label to list, and how many. */
export interface ListLabelValuesOptions extends ProjectOptions, PageOptions {
  readonly name: string;
  /** Only values that begin with this string. */
  readonly prefix?: string | undefined;
}

const table = tableOf(labelUsageProjection);
const lastUsed = (bucket: string) =>
  utcTextSql(`(${timestampSql(`(${bucket}::bigint * ${quarterMicros})`)})`);

/**
 * A statement's distinct values of a column, in byte order: one look into the index for each, however many rows
 * have it.
 */
function eachOf(column: string, where: (after: string | undefined) => string): string {
  const next = (after: string | undefined) =>
    `(select t.${column} from ${table} t where ${where(after)} order by t.${column} limit 1)`;
  return `with recursive found as (
      select ${next(undefined)} as ${column}
      union all select ${next(`found.${column}`)} from found where found.${column} is not null)
    select found.${column} from found where found.${column} is not null`;
}

/**
 * The labels that events of a project have, in byte order, each with its first values. Reads a few index entries
 * per label and value, however many events there are.
 * @throws InvalidQueryError @throws InvalidCursorError
 */
export function listLabels(
  database: Database,
  options: ListLabelsOptions = {},
): Promise<Page<LabelName>> {
  const { values = 10 } = options;
  const project = projectOf(options);
  if (!Number.isInteger(values) || values < 0 || values > 100) {
    throw new InvalidQueryError('values', 'an integer from 0 to 100', describeValue(values));
  }
  const read = async (key: readonly unknown[] | undefined, limit: number) => {
    const from = key === undefined ? '' : String(key[0]);
    const lists = await gather(database, { project }, (reader) =>
      reader.query<LabelName & Record<string, unknown>>(
        `select n.name::text,
        array(${eachOf('value', (after) => `t.project = $1 and t.name = n.name${after === undefined ? '' : ` and t.value > ${after}`}`)}
          limit $3)::text[] as values,
        false as has_more_values,
        (select ${lastUsed('max(t.bucket)')} from ${table} t where t.project = $1 and t.name = n.name) as last_used_at
      from (${eachOf('name', (after) => `t.project = $1 and t.name > ${after ?? '$2'}`)} limit ${limit}) n
      order by n.name`,
        [project, from, values + 1],
      ),
    );
    return joined(
      lists,
      ({ name }) => name,
      limit,
      (one, other) => ({
        ...one,
        ...later(one, other),
        values: [...new Set([...one.values, ...other.values])].sort(byBytes).slice(0, values + 1),
      }),
    );
  };
  return readPage<LabelName>(
    {
      list: 'labels',
      filters: { project },
      settings: ['values'],
      shape: ['text'],
      keyOf: ({ name }) => [name],
      read: async (key, limit) =>
        (await read(key, limit)).map((row) => ({
          ...row,
          values: row.values.slice(0, values),
          has_more_values: row.values.length > values,
        })),
    },
    options,
  );
}

/**
 * The values of a label, in byte order; none if no event has it.
 * @throws InvalidQueryError @throws InvalidCursorError
 */
export function listLabelValues(
  database: Database,
  options: ListLabelValuesOptions,
): Promise<Page<LabelValue>> {
  const { name, prefix } = options;
  const project = projectOf(options);
  if (!isLabelName(name)) {
    throw new InvalidQueryError('name', labelNamePhrase, describeValue(name));
  }
  return readPage<LabelValue>(
    {
      list: 'label values',
      filters: { name, prefix, project },
      shape: ['text'],
      keyOf: ({ value }) => [value],
      async read(key, limit) {
        const where = conditionsOn('t', options);
        where.equal('name', 't.name', name);
        if (prefix !== undefined) {
          const text = prefixOf('prefix', prefix);
          // In byte order, the greatest character ends the range of all strings with this prefix.
          where.add(`t.value >= ${where.parameter(text)}`);
          where.add(`t.value < ${where.parameter(`${text}\u{10ffff}`)}`);
        }
        const common = where.sql();
        const start = key === undefined ? undefined : where.parameter(String(key[0]));
        const rest = (after: string | undefined) =>
          after === undefined ? common : `${common} and t.value > ${after}`;
        const lists = await gather(database, { project }, (reader) =>
          reader.query<LabelValue & Record<string, unknown>>(
            `select v.value::text, (select ${lastUsed('max(t.bucket)')} from ${table} t
            where ${common} and t.value = v.value) as last_used_at
          from (${eachOf('value', (after) => rest(after ?? start))} limit ${limit}) v
          order by v.value`,
            [...where.values],
          ),
        );
        return joined(
          lists,
          ({ value }) => value,
          limit,
          (one, other) => ({ ...one, ...later(one, other) }),
        );
      },
    },
    options,
  );
}

/** The rows of several servers with one row per name, in byte order. */
function joined<T>(
  lists: readonly (readonly T[])[],
  nameOf: (row: T) => string,
  limit: number,
  both: (one: T, other: T) => T,
): T[] {
  const [only = []] = lists;
  if (lists.length === 1) return [...only];
  const rows = new Map<string, T>();
  for (const row of lists.flat()) {
    const known = rows.get(nameOf(row));
    rows.set(nameOf(row), known === undefined ? row : both(known, row));
  }
  return [...rows.values()].sort(on(nameOf, byBytes)).slice(0, limit);
}

/** The later use: these times have one form, so their strings are in their order. */
function later(one: { last_used_at: string }, other: { last_used_at: string }) {
  const [, last = ''] = [one.last_used_at, other.last_used_at].sort(byBytes);
  return { last_used_at: last };
}
