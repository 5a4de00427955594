/** One column of a view: how it is computed and what it means. */
export interface ViewColumn {
  readonly name: string;
  readonly sql: string;
  readonly doc: string;
}

/** A view of the schema `runfold`: the contract for people who use SQL. */
export interface View {
  readonly name: string;
  readonly doc: string;
  readonly columns: readonly ViewColumn[];
  /** What follows `from`. */
  readonly from: string;
}

/**
 * Integer microseconds since 1970 as a timestamp, exactly. Written so that Postgres knows it for
 * immutable: an index on it then serves whoever filters or sorts a view by time.
 */
export const timestampSql = (micros: string) =>
  `(timestamp 'epoch' + ${micros} * interval '1 microsecond') at time zone 'UTC'`;
/** Integer microseconds as seconds, exactly. */
export const secondsSql = (micros: string) => `trim_scale(${micros} / 1000000.0)`;
/** Integer nano-dollars as dollars, exactly. */
export const dollarsSql = (nanos: string) => `trim_scale(${nanos} / 1000000000.0)`;

/** A small code as its name. */
export function codeSql(code: string, names: Readonly<Record<string, number>>): string {
  const cases = Object.entries(names).map(([name, value]) => `when ${value} then '${name}'`);
  return `case ${code} ${cases.join(' ')} end`;
}

const quote = (text: string) => `'${text.replaceAll("'", "''")}'`;

/** The statements that make the views anew, with a comment on each view and column. */
export function viewStatements(views: readonly View[]): string[] {
  return [
    'create schema if not exists runfold',
    "comment on schema runfold is 'Totals and events of AI agents, in seconds and US dollars. Stable; report on these views.'",
    ...views.map((view) => `drop view if exists runfold.${view.name}`),
    ...views.flatMap((view) => [
      `create view runfold.${view.name} as select\n  ${view.columns
        .map((column) => `${column.sql} as ${column.name}`)
        .join(',\n  ')}\nfrom ${view.from}`,
      `comment on view runfold.${view.name} is ${quote(view.doc)}`,
      ...view.columns.map(
        (column) => `comment on column runfold.${view.name}.${column.name} is ${quote(column.doc)}`,
      ),
    ]),
  ];
}
