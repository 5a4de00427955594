/** What the tables of a store are called; a store that is divided has tables of its own for each stripe. */
export interface TableNames {
  /** The schema that they are in. */
  readonly schema: string;
  /** What the table that a store has once is called here, without its schema. */
  readonly local: (table: string) => string;
  /**
   * What the column `stripe` holds in every row, as the last column of every key. Undefined in a store
   * that is not divided: its tables have no such column.
   */
  readonly stripe?: number | undefined;
  /** Settings without which the server lets nobody lock or alter these tables. Defaults to none. */
  readonly settings?: readonly string[] | undefined;
}

/** The names in a store that is not divided. */
export const wholeStore: TableNames = { schema: 'runfold_internal', local: (table) => table };

/** Statements that make those settings, for the transaction or for the whole session. */
export function settingsSql({ settings = [] }: TableNames, how: 'set local' | 'set'): string {
  return settings.map((setting) => `; ${how} ${setting}`).join('');
}

/** The name of a table with its schema. */
export function fullName(names: TableNames, table: string): string {
  return `${names.schema}.${names.local(table)}`;
}

/** Columns with the one that a divided store adds to every table and key. */
export function withStripe(columns: readonly string[], { stripe }: TableNames): readonly string[] {
  return stripe === undefined ? columns : [...columns, 'stripe'];
}

/** What a select lists for those columns. */
export function withStripeValue(
  values: readonly string[],
  { stripe }: TableNames,
): readonly string[] {
  return stripe === undefined ? values : [...values, `${stripe}::smallint as stripe`];
}
