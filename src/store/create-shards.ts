import type { ClientBase } from 'pg';
import { RunfoldError } from '../environment/runfold-error.js';
import type { Database } from '../postgres/database.js';
import { inTransaction } from '../postgres/in-transaction.js';
import { bringUpToDate, migrationLock } from './migrate.js';
import { nodePlaces } from './shards/citus-nodes.js';
import { type Placement, placementStatements, readPlacement } from './shards/placement.js';
import { mostStripes } from './shards/stripe-sql.js';

/** The store cannot be divided. */
export class CannotDivideError extends RunfoldError {
  override readonly name = 'CannotDivideError';
  readonly code = 'cannot_divide';
}

/**
 * Divides an empty store, once and permanently, and migrates it. Restart all writers afterwards.
 * @throws CannotDivideError if it is already divided, is not empty, or is not a store on one server
 */
export async function createShards(database: Database, placement: Placement): Promise<void> {
  const { stripes } = placement;
  if (!Number.isInteger(stripes) || stripes < 2 || stripes > mostStripes) {
    throw new CannotDivideError(
      `The number of stripes must be an integer from 2 to ${mostStripes}, got ${stripes}.`,
    );
  }
  await inTransaction(
    database,
    async (client) => {
      if (database.shares_session) {
        throw new CannotDivideError(
          'An embedded store cannot be divided. Name a Postgres server in DATABASE_URL.',
        );
      }
      await client.query('select pg_advisory_xact_lock($1)', [migrationLock]);
      await divide(client, placement);
    },
    { is_long: true },
  );
}

async function divide(client: ClientBase, placement: Placement): Promise<void> {
  const { stripes, kind } = placement;
  const query = async (text: string) => (await client.query(text)).rows;
  const before = await readPlacement({ query } as Pick<Database, 'query'>);
  if (before !== undefined) {
    throw new CannotDivideError(
      `The store already has ${before.stripes} stripes, and their number cannot change. To get another number, replay the log into another store.`,
    );
  }
  if (kind === 'citus' && (await nodePlaces({ query } as Pick<Database, 'query'>)).length === 0) {
    throw new CannotDivideError(
      'This Citus cluster has no node that may have stripes. Add nodes with "select citus_add_node", then run this again.',
    );
  }
  for (const statement of placementStatements) await client.query(statement);
  await client.query('insert into runfold_internal.placement (stripes, kind) values ($1, $2)', [
    stripes,
    kind,
  ]);
  await client.query(
    `insert into runfold_internal.stripe (number, value)
      select number, number from generate_series(0, $1::integer - 1) number`,
    [stripes],
  );
  await bringUpToDate(client, placement);
}
