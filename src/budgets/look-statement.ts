import { scopeSources, type UsedSource, type UsedTable } from './functions/used-sources.js';
import { rangeUnits } from './functions/window-ranges.js';
import { budgetVersionSql, type LookPlan } from './look-plan.js';

type Budget = LookPlan['budgets'][number];

/** A budget of a plan, and a value that it limits. */
export interface Looked {
  readonly budget: Budget;
  readonly value: string;
}

/** One row: a sum by its place, or what is held, with the version of the budgets and the database's clock. */
export interface LookRow {
  readonly place: number | null;
  readonly used: string | null;
  readonly held: string[] | null;
  readonly version: string | null;
  readonly at: number | null;
}

/** A column of the values of a part, one array per parameter. */
interface Column {
  readonly name: string;
  readonly type: 'integer' | 'text';
  of(looked: Looked, place: number): unknown;
}

/** The most texts that are kept: there are as many as combinations of kinds that are looked at together. */
const mostTexts = 200;

/**
 * Makes the statements that read what some values of budgets used and what is held of each, with all their parts at one instant. Their
 * text depends only on which kinds of budgets are read, so that a connection prepares few of them. Postgres's estimates do
 * not depend on the values, which are read by subqueries: otherwise it would plan for those at hand in every call, at several times the cost.
 */
export function lookStatements(project: number) {
  const texts = new Map<string, string>();
  const common: readonly Column[] = [
    { name: 'place', type: 'integer', of: (_, place) => place },
    { name: 'in_project', type: 'integer', of: () => project },
    { name: 'value', type: 'text', of: ({ value }) => value },
  ];
  const columnsOf = ({ scope, ranges }: Budget): readonly Column[] => [
    ...common,
    ...(scope === 'label'
      ? [{ name: 'in_label', type: 'text', of: ({ budget }: Looked) => budget.label } as const]
      : []),
    ...ranges.flatMap((_, at): Column[] => [
      { name: `from_${at}`, type: 'integer', of: ({ budget }) => budget.ranges[at]?.from },
      { name: `to_${at}`, type: 'integer', of: ({ budget }) => budget.ranges[at]?.to },
    ]),
  ];

  return (looked: readonly Looked[]) => {
    const kinds = new Map<string, number[]>();
    for (const [place, { budget }] of looked.entries()) {
      const places = kinds.get(budget.kind);
      if (places === undefined) kinds.set(budget.kind, [place]);
      else places.push(place);
    }
    const sorted = [...kinds.entries()].sort(([a], [b]) => (a < b ? -1 : 1));
    const values: unknown[] = [
      project,
      looked.map(({ budget }) => budget.id),
      looked.map(({ value }) => value),
    ];
    const parts = sorted.map(([, places]) => {
      const { budget } = looked[places[0] as number] as Looked;
      const columns = columnsOf(budget);
      const first = values.length + 1;
      for (const { of } of columns) {
        values.push(places.map((place) => of(looked[place] as Looked, place)));
      }
      return { budget, columns, first };
    });
    const key = sorted.map(([kind]) => kind).join('; ');
    const text =
      texts.get(key) ??
      [
        `select null::integer as place, null::numeric as used, runfold_internal.budget_held($2, $3)::text[] as held,
    ${budgetVersionSql} as version, extract(epoch from clock_timestamp())::float8 as at`,
        ...parts.map(({ budget, columns, first }) => partSql(budget, columns, first)),
      ].join('\n  union all ');
    if (texts.size >= mostTexts) texts.clear();
    texts.set(key, text);
    return { text, values };
  };
}

/** Reads the budgets of one kind. Its parameters begin at a number. */
function partSql(
  { scope, measure, ranges }: Budget,
  columns: readonly Column[],
  first: number,
): string {
  const source: UsedSource = scopeSources[scope];
  const sumsOf = (tables: readonly UsedTable[] = [], range: (table: UsedTable) => string[]) =>
    tables.flatMap((table) => {
      const sum = table.sums[measure];
      if (sum === undefined) return [];
      const conditions = [
        't.project = n.in_project',
        ...(table.where === undefined ? [] : [table.where]),
        ...(table.column === undefined ? [] : [`t.${table.column} = n.value`]),
        ...range(table),
      ];
      return [
        `coalesce((select sum(${sum}) from runfold_internal.${table.table} t where ${conditions.join(' and ')}), 0)`,
      ];
    });
  const sums = [
    ...sumsOf(source.timeless, () => []),
    ...ranges.flatMap(({ unit }, at) => {
      const time = `t.${rangeUnits.find(({ name }) => name === unit)?.column}`;
      return sumsOf(source[unit], ({ key }) =>
        // A few lookups by key instead of a scan.
        key === 'scattered'
          ? [`${time} = any(array(select generate_series(n.from_${at}, n.to_${at} - 1)))`]
          : [`${time} >= n.from_${at}`, `${time} < n.to_${at}`],
      );
    }),
  ];
  const arrays = columns.map(({ type }, at) => `(select $${first + at}::${type}[])`);
  return `select n.place, (${sums.length === 0 ? '0' : sums.join(' + ')})::numeric, null, null, null
    from unnest(${arrays.join(', ')}) n(${columns.map(({ name }) => name).join(', ')})`;
}
