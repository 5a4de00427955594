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
