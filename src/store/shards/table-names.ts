/** The names of a store's tables. A divided store has separate tables for each stripe. */
export interface TableNames {
  /** The schema that they are in. */
  readonly schema: string;
  /** The local name of a table, without its schema. */
  readonly local: (table: string) => string;
  /**
   * The value of the column `stripe` in every row; the column is the last one of every key.
   * Undefined in an undivided store, whose tables have no such column.
   */
  readonly stripe?: number | undefined;
  /** Settings without which the server refuses to lock or alter these tables. Defaults to none. */
  readonly settings?: readonly string[] | undefined;
}

/** The names in an undivided store. */
export const wholeStore: TableNames = { schema: 'runfold_internal', local: (table) => table };

/** Statements that apply those settings, for the transaction or for the whole session. */
export function settingsSql({ settings = [] }: TableNames, how: 'set local' | 'set'): string {
  return settings.map((setting) => `; ${how} ${setting}`).join('');
}

/** The name of a table with its schema. */
export function fullName(names: TableNames, table: string): string {
  return `${names.schema}.${names.local(table)}`;
}

/** The columns, and the one that a divided store adds to every table and key. */
export function withStripe(columns: readonly string[], { stripe }: TableNames): readonly string[] {
  return stripe === undefined ? columns : [...columns, 'stripe'];
}

/** The values that a select lists for those columns. */
export function withStripeValue(
  values: readonly string[],
  { stripe }: TableNames,
): readonly string[] {
  return stripe === undefined ? values : [...values, `${stripe}::smallint as stripe`];
}
