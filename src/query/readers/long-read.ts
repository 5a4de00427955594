import type { QueryResultRow } from 'pg';
import type { Database } from '../../postgres/database.js';
import { inTransaction } from '../../postgres/in-transaction.js';
import { placeOf } from './readers.js';

/**
 * Runs a statement that may read the whole log, without the limits that a role or a database has for its readers.
 * On a store of several servers these limits apply.
 */
export async function readLong<Row extends QueryResultRow>(
  reader: Database,
  text: string,
  values: readonly unknown[],
): Promise<Row[]> {
  if (placeOf(reader) !== undefined) return reader.query<Row>(text, values);
  return inTransaction(
    reader,
    async (client) => (await client.query<Row>(text, [...values])).rows,
    {
      mode: 'read only',
      is_long: true,
    },
  );
}
