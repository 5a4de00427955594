import { oneOfNames } from '../../events/check/nearest-name.js';
import { describeValue } from '../../events/fault.js';
import type { Database } from '../../postgres/database.js';
import type { Projection } from '../../projections/language/projection.js';
import { timestampSql } from '../../store/sql-units.js';
import { type Conditions, conditionsOn, microsOf } from '../conditions.js';
import type { PageKey } from '../cursor.js';
import { withUtcTimes } from '../json-rows.js';
import { type Page, readPage } from '../page.js';
import { InvalidQueryError } from '../query-errors.js';
import { gather, placeOf } from '../readers/readers.js';
import { addLabels, labelFilters } from './by-labels.js';
import { addChoice, single, type TotalsFilters, type TotalsPageOptions } from './list-choice.js';
import { type Listed, orderOf, orderOfRows } from './list-order.js';
import {
  joinSnapshots,
  leaveOutShown,
  readSeen,
  type SeenPages,
  seenAfter,
} from './moved-starts.js';
import type { Totals } from './totals.js';

/**
 * Conditions on a row `r` that exclude each other. Each uses its own index, and the
 * results are merged.
 */
export type Alternatives = readonly ((where: Conditions) => void)[];

/** The specific parts of a list. */
interface ListRules {
  /** Columns of the view. */
  readonly filters: TotalsFilters;
  /** Filters that are not columns of the view, for the identity of the cursor. */
  readonly others: TotalsFilters;
  readonly where: Alternatives;
  /** The condition for rows `r` in which something failed. */
  readonly isFailed: string;
  /** The figure to sort by, greatest first; undefined for newest start first. */
  readonly order_by: string | undefined;
  readonly figures: readonly string[];
  /** Additional columns of a row `y`: name → expression. */
  readonly more?: Readonly<Record<string, string>>;
}

/**
 * Lists totals from their view, newest start first or by a figure. Rows without a start, of which only
 * corrections have arrived, are not listed yet. Reading all pages returns each row once, even if starts move meanwhile.
 * By a figure, rows without it are last, and a row whose figure changes meanwhile moves with it.
 */
export async function listTotals<T extends Totals>(
  database: Database,
  projection: Projection,
  options: TotalsPageOptions,
  rules: ListRules,
): Promise<Page<T>> {
  const { view } = projection;
  if (view === undefined) throw new Error(`Expected a view of projection ${projection.name}.`);
  const { filters, others, order_by, figures, more = {} } = rules;
  const { from, to, id_prefix, failed, min_cost, project = 1 } = options;
  if (order_by !== undefined && !figures.includes(order_by)) {
    throw new InvalidQueryError('order_by', oneOfNames(figures, order_by), describeValue(order_by));
  }
  const ids = Object.keys(projection.key).filter((name) => name !== 'project');
  const order = orderOf(order_by, ids);
  const added = Object.entries(more).map(([name, sql]) => `, ${sql} as ${name}`);

  let seen: SeenPages | undefined;
  let shown = { snapshot: '', at: 0, hasTie: false };

  const readFrom = async (reader: Database, key: PageKey | undefined, limit: number) => {
    const where = conditionsOn('r', options);
    for (const [name, value] of Object.entries(filters)) where.anyOf(name, `r.${name}`, value);
    where.between('r.started_at', options, timestampSql);
    // A bound leaves out rows without a start by itself. Of 150,000 sessions by cost it was a seventh of the work.
    if (options.from === undefined && options.to === undefined)
      where.add('r.started_at is not null');
    addLabels(where, options.labels, ids);
    addChoice(where, options, `r.${ids.at(-1)}`, rules.isFailed);
    if (key !== undefined && order_by !== undefined) where.add(order.after(where, key));
    else if (key !== undefined) {
      seen = readSeen(key.at(-1));
      where.add(order.after(where, key.slice(0, -1)));
      leaveOutShown(where, Object.keys(projection.key), seen, placeOf(reader)?.name);
    }
    const sorted = (alias: string) => `order by ${order.by(alias)} limit ${limit}`;
    const common = where.sql();
    const parts = rules.where.map((add) => {
      const terms: string[] = [];
      add({ ...where, add: (sql) => void terms.push(sql) });
      const found =
        order_by === undefined ? 'r.*' : ids.concat(order_by).map((name) => `r.${name}`);
      return `(select ${found} from runfold.${view} r where ${[common, ...terms].join(' and ')}
      ${sorted('r')})`;
    });
    const page = `select * from (${parts.join(' union all ')}) f ${sorted('f')}`;
    // By a figure, the whole range is read, in few columns; only the rows of the page are read in full.
    const whole =
      order_by === undefined
        ? page
        : `select v.*, f.${order_by}::text as rank from (${page}) f
        cross join lateral (select v.* from runfold.${view} v where v.project = $1
          and ${ids.map((name) => `v.${name} = f.${name}`).join(' and ')} offset 0) v`;
    return reader.query<Listed>(
      `select row_to_json(x) as row, pg_current_snapshot()::text as snapshot,
        (extract(epoch from now()) * 1000000)::bigint as at
      from (select y.*${added.join('')} from (${whole}) y) x order by ${order.by('x')}`,
      where.values,
    );
  };

  const compare = orderOfRows(order_by, ids);
  const read = async (key: PageKey | undefined, limit: number) => {
    const [only] = [filters.session_id].flat();
    const session_id = [filters.session_id].flat().length === 1 ? only : undefined;
    const lists = await gather(database, { project, session_id }, async (reader) => ({
      place: placeOf(reader)?.name,
      rows: await readFrom(reader, key, limit),
    }));
    const all = lists.flatMap((list) => list.rows);
    const rows = lists.length === 1 ? all : all.sort(compare).slice(0, limit);
    // The last row that was read is the first of the next page.
    const [last, next] = rows.slice(-2).map(({ row }) => row.started_at);
    const firsts = lists.flatMap(({ place, rows: [first] }) =>
      first === undefined ? [] : [{ place, ...first }],
    );
    shown = {
      snapshot: joinSnapshots(firsts),
      at: Math.min(...firsts.map(({ at }) => Number(at))),
      hasTie: last === next,
    };
    return rows.map(({ row }) => withUtcTimes(row) as unknown as T & { rank?: string | null });
  };
  const text = 'text' as const;
  const page = await readPage(
    {
      list: view,
      filters: {
        ...single(filters),
        ...single({ ...others, ...labelFilters(options.labels) }),
        from,
        to,
        id_prefix,
        failed,
        min_cost,
        order_by,
        project,
      },
      settings: ['labels'],
      shape:
        order_by === undefined
          ? ['integer', ...ids.map(() => text), text]
          : ['figure', ...ids.map(() => text)],
      keyOf: (item) => {
        const names = ids.map((name) => String(item[name as keyof Totals]));
        if (order_by !== undefined) return [item.rank ?? '', ...names];
        const start = microsOf('started_at', item.started_at ?? '');
        const { snapshot, at, hasTie } = shown;
        const last = hasTie ? ([snapshot, start, names] as const) : ([snapshot, start] as const);
        return [start, ...names, seenAfter(seen, last, at)];
      },
      read,
    },
    options,
  );
  const items = page.items.map(({ rank: _rank, ...item }) => item as unknown as T);
  return { ...page, items };
}
