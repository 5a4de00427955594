import type { Database } from '../../postgres/database.js';
import { InvalidQueryError } from '../query-errors.js';
import {
  figureSql,
  type StoredSum,
  type SumColumns,
  type UsageFigures,
  type UsageSum,
} from './usage-figures.js';
import {
  columnName,
  labelOf,
  type Part,
  sourceOf,
  sumSql,
  type UsageDimension,
} from './usage-sources.js';
import {
  cutsOf,
  openStatement,
  type UsageQuestion,
  type UsageStatement,
} from './usage-statement.js';

/** The maximum number of rows of one result. */
export const mostRows = 50_000;

/** One bucket and group. */
export interface SumsRow {
  /** The number of the bucket. */
  readonly at: number;
  /** The group; '' if events name none. */
  readonly names: readonly string[];
  /** The place of its sums in their columns; -1 if nothing happened. */
  readonly place: number;
}

/** Sums by bucket and group. */
export interface ReadSums {
  readonly rows: readonly SumsRow[];
  /** One value for each row that was read. */
  readonly columns: SumColumns;
}

/** Which rows to read. */
export interface SumsOptions {
  readonly sums: readonly UsageSum[];
  /** Only these groups. Defaults to all. */
  readonly groups?: readonly (readonly string[])[] | undefined;
  /** Only this number of groups, those with the greatest figure. Defaults to all, by bucket and name. */
  readonly most?:
    | { readonly by: keyof UsageFigures; readonly limit: number | undefined }
    | undefined;
  /**
   * All buckets of this number of groups, those with the highest total of a figure. Defaults to all
   * groups.
   */
  readonly top?: { readonly by: keyof UsageFigures; readonly limit: number } | undefined;
}

/**
 * Reads sums by bucket and group. Postgres sends each column as one JSON array: 9,000 rows of all sums as arrays took
 * Node.js 20 0.5 s to parse.
 * @throws InvalidQueryError if there are too many rows
 */
export async function readSums(
  database: Database,
  question: UsageQuestion,
  { sums, groups, most, top }: SumsOptions,
): Promise<ReadSums> {
  const { group_by, used } = question;
  const statement = openStatement(question, groups);
  const parts = sourceOf(used).parts.flatMap((part) => partSql(question, statement, part, sums));
  const columns = group_by.map(columnName);
  const keys = ['at', ...columns];
  const names = columns.map((name) => `, nullif(u.${name}, '')`).join('');
  const added = (from: string) => sums.map(({ name }) => `sum(${from}.${name}) as ${name}`);
  // The rows are summed once, and their groups ranked by those sums.
  const ranked =
    top === undefined
      ? 'summed u'
      : `summed u natural join (select ${columns.join(', ')}
      from (select ${[...columns, ...added('s')].join(', ')} from summed s group by ${columns.join(', ')}) u
      order by ${figureSql(top.by)} desc nulls last${names} limit ${top.limit}) k`;
  const limit = Math.min(most?.limit ?? mostRows + 1, mostRows + 1);
  const list = (values: readonly string[]) => values.map((name) => `, u.${name}`).join('');
  const arrays = [...keys, ...sums.map(({ name }) => name)].map(
    (name) => `json_agg(x.${name})::text as ${name}`,
  );
  const [read = {}] = await database.query<Record<string, string | null>>(
    `with summed as (select ${[...keys, ...added('r')].join(', ')}
      from (${parts.join('\n      union all ')}) r
      group by ${keys.join(', ')})
    select ${arrays.join(', ')}
    from (select u.at${list(columns)}${list(sums.map(({ name }) => name))}
      from ${ranked}
      order by ${most === undefined ? 'u.at' : `${figureSql(most.by)} desc nulls last`}${names}
      limit ${limit}) x`,
    statement.values,
  );
  const buckets: readonly number[] = JSON.parse(read.at ?? '[]');
  refuseMore(buckets.length);
  const groupsBy = columns.map((name): readonly string[] => JSON.parse(read[name] ?? '[]'));
  return {
    rows: buckets.map((at, place) => ({
      at,
      names: groupsBy.map((values) => values[place] ?? ''),
      place,
    })),
    columns: Object.fromEntries(sums.map(({ name }) => [name, integersIn(read[name] ?? '[]')])),
  };
}

/** The integers of a JSON array, exactly. */
function integersIn(text: string): readonly StoredSum[] {
  const values: readonly (number | null)[] = JSON.parse(text);
  const areExact = values.every((value) => value === null || Number.isSafeInteger(value));
  return areExact ? values : JSON.parse(text.replace(/-?\d+/g, '"$&"'));
}

/** Refuses a result with too many rows. @throws InvalidQueryError */
export function refuseMore(rows: number): void {
  if (rows <= mostRows) return;
  throw new InvalidQueryError(
    'bucket',
    `a query with at most ${mostRows} rows: a shorter range, longer buckets, or only the \`top\` groups`,
    'more',
  );
}

/** `select` of a part's rows in the range: `at`, the dimensions of the groups, and sums. */
function partSql(
  question: UsageQuestion,
  statement: UsageStatement,
  part: Part,
  sums: readonly UsageSum[],
): string[] {
  const values = sums.map(({ name }) => `${sumSql(part, name) ?? 'null::bigint'} as ${name}`);
  // A row without any of the sums may still form a group; without groups it is useless.
  const isMute =
    question.group_by.length === 0 && sums.every(({ name }) => sumSql(part, name) === undefined);
  if (isMute) return [];
  // Tool calls have no model.
  const column = (name: UsageDimension) => {
    if (labelOf(name) !== undefined) return 't.value';
    return part.quarters.key[name] === undefined ? `''::text collate "C"` : `t.${name}`;
  };
  const [label] = question.used.flatMap((name) => labelOf(name) ?? []);
  const isLabel = part.isByLabel ? [`t.name = ${statement.parameter(label)}`] : [];
  const names = question.group_by.map((name) => `${column(name)} as ${columnName(name)}`);
  return cutsOf(question, statement, part).map(({ table, quarter, rows }) => {
    const where = [
      't.project = $1',
      ...isLabel,
      rows,
      ...(part.where ? [part.where] : []),
      ...statement.conditions(column),
    ];
    return `select ${[`${statement.bucketSql(quarter)} as at`, ...names, ...values].join(', ')}
      from ${table} t where ${where.join(' and ')}`;
  });
}
