import type { Database } from '#runfold/postgres/database.js';
import { tableOf } from '#runfold/projections/fold/fold-sql.js';
import { projections } from '#runfold/projections/projections.js';

/** The log and the totals. */
const tables = ['runfold_internal.event', ...projections.map(tableOf)];

/** Deletes every event and total. There are few rows in many tables: truncating them would take far longer. */
export async function emptyTables(database: Database): Promise<void> {
  await database.query(tables.map((table) => `delete from ${table}`).join('; '));
}

/** Writes the log and the totals anew without gaps, and analyzes them. The catalog, as large as they are, stays as it is. */
export async function vacuumTables(database: Database): Promise<void> {
  await database.query(`vacuum (full, analyze) ${tables.join(', ')}`);
}
