import { readMigrationFiles } from 'drizzle-orm/migrator';
import { type ClientBase, DatabaseError } from 'pg';
import { codeOf } from '../environment/error-fields.js';
import { migrationsFolder } from '../environment/package-files.js';
import { type Database, openDatabase } from '../postgres/database.js';
import { inTransaction } from '../postgres/in-transaction.js';
import {
  dependentObjectsStillExist,
  invalidSchemaName,
  undefinedTable,
} from '../postgres/sql-states.js';
import { applyViews, compareViews, type ViewState, viewStateSql } from './apply-views.js';
import { knownMigrations } from './known-migrations.js';
import { isNode } from './shards/citus-nodes.js';
import { distributeTables, planForNodes } from './shards/distribute-tables.js';
import { divideTables } from './shards/divide-tables.js';
import { type Placement, readPlacement } from './shards/placement.js';
import { explainDatabaseError, StoreUnavailableError } from './store-errors.js';
import { readViewFiles } from './view-files.js';
import { readViewGrants } from './view-grants.js';

/** One lock per database: if many processes start at once, one migrates and the others wait. */
export const migrationLock = 7_386_253;

/** Brings the store's tables and views up to date. Safe when many processes do so at once. */
export async function migrateStore(database: Database): Promise<void> {
  await checkEncoding(database);
  await checkIsNoNode(database);
  await inTransaction(
    database,
    async (client) => {
      try {
        // A transaction lock, not a session lock, which nobody would release behind a pooler.
        await client.query('select pg_advisory_xact_lock($1)', [migrationLock]);
        await bringUpToDate(client, await placementOn(client));
      } catch (error) {
        throw explainDependentObjects(error);
      }
    },
    { is_long: true },
  );
}

/**
 * Migrates, divides the tables that a divided store has not divided yet, and creates the views.
 * Runs in the caller's transaction.
 */
export async function bringUpToDate(
  client: ClientBase,
  placement: Placement | undefined,
): Promise<void> {
  // A migration may drop views, so the rights on them are read before.
  const grants = await readViewGrants(client);
  await applyMigrations(client);
  const files = await readViewFiles(placement !== undefined);
  if (placement?.kind === 'partitions') await divideTables(client, files.dividedTables, placement);
  if (placement?.kind === 'citus') {
    await distributeTables(client, files.dividedTables, placement);
    await planForNodes(client);
  }
  await applyViews(client, files, grants);
}

function placementOn(client: ClientBase): Promise<Placement | undefined> {
  return readPlacement({ query: async (text) => (await client.query(text)).rows });
}

/**
 * Ids and names may have any Unicode character, which only UTF-8 can store.
 * @throws StoreUnavailableError
 */
export async function checkEncoding(database: Database): Promise<void> {
  const rows = await database.query<{ encoding: string; name: string }>(
    `select current_setting('server_encoding') as encoding, current_database()::text as name`,
  );
  const [{ encoding, name } = { encoding: '', name: '' }] = rows;
  if (encoding === 'UTF8') return;
  throw new StoreUnavailableError(
    'unsupported_encoding',
    `The database ${name} has the encoding ${encoding}, which cannot hold every event. Create one with encoding UTF8, such as: create database runfold encoding 'UTF8' template template0.`,
  );
}

/**
 * A node of a Citus cluster has parts of the tables. Only its coordinator has the store.
 * @throws StoreUnavailableError
 */
async function checkIsNoNode(database: Database): Promise<void> {
  if (!(await isNode(database))) return;
  throw new StoreUnavailableError(
    'not_the_coordinator',
    'DATABASE_URL names a node of a Citus cluster. Name its coordinator.',
  );
}

/** Runs the migrations that are newer than the last one in the store. */
async function applyMigrations(client: ClientBase): Promise<void> {
  await client.query('create schema if not exists runfold_migrations');
  await client.query(
    'create table if not exists runfold_migrations.migration (id serial primary key, hash text not null, created_at bigint)',
  );
  const { rows } = await client.query<{ last: string | null }>(
    'select max(created_at) as last from runfold_migrations.migration',
  );
  const last = Number(rows[0]?.last ?? 0);
  await checkIsNotNewer(last);
  for (const { sql, hash, folderMillis } of readMigrationFiles({ migrationsFolder })) {
    if (folderMillis <= last) continue;
    for (const statement of sql) await client.query(statement);
    await client.query(
      'insert into runfold_migrations.migration (hash, created_at) values ($1, $2)',
      [hash, folderMillis],
    );
  }
}

/** Tables of a newer version would stay as they are, and this version would read and write them wrongly. */
async function checkIsNotNewer(last: number): Promise<void> {
  const known = (await knownMigrations()).at(-1);
  if (known === undefined || last <= known.when) return;
  throw new StoreUnavailableError(
    'migrations_newer',
    `A newer version of Runfold migrated this store: it has later migrations than ${known.tag}. Upgrade this one.`,
  );
}

/** Names the foreign object that prevents one of our views from being recreated. */
function explainDependentObjects(error: unknown): unknown {
  if (!(error instanceof DatabaseError) || error.code !== dependentObjectsStillExist) return error;
  return new Error(
    `An object that is not ours depends on a view of Runfold: ${error.detail ?? error.message}. Drop that object, run "runfold migrate", and create it again. Nothing was changed.`,
    { cause: error },
  );
}

/** `migrateStore` for a connection string, on a separate connection. */
export async function migrateDatabase(connectionString: string): Promise<void> {
  const database = openDatabase(connectionString, { max: 1 });
  try {
    await migrateStore(database);
  } finally {
    await database.close();
  }
}

/**
 * Checks that the store has exactly the migrations and views of this version, before any work starts.
 * Migrations are only appended, so their times give their order.
 * @throws StoreUnavailableError `migrations_missing`, `migrations_newer` or `not_the_coordinator`, or the reason why Postgres
 * does not respond
 */
export async function checkMigrated(database: Database): Promise<void> {
  const known = await knownMigrations();
  const applied = await appliedMigrations(database);
  const missing = known.filter(({ when }) => !applied.includes(when));
  if (missing.length > 0) {
    await checkIsNoNode(database);
    throw new StoreUnavailableError(
      'migrations_missing',
      `The database lacks tables of Runfold: the first missing migration is ${missing[0]?.tag}. Run "runfold migrate".`,
    );
  }
  const newer = applied.length - known.length;
  if (newer > 0) {
    throw new StoreUnavailableError(
      'migrations_newer',
      `A newer version of Runfold migrated this database: it has ${newer} more migrations than ${known.at(-1)?.tag}. Upgrade this one.`,
    );
  }
  const states = await database.query<ViewState>(viewStateSql);
  const isDivided = (await readPlacement(database)) !== undefined;
  const age = compareViews(states, await readViewFiles(isDivided));
  if (age === 'older') {
    throw new StoreUnavailableError(
      'migrations_missing',
      'The views in this database are older than this version of Runfold. Run "runfold migrate".',
    );
  }
  if (age === 'newer') {
    throw new StoreUnavailableError(
      'migrations_newer',
      'The views in this database are of a newer version of Runfold. Upgrade this one.',
    );
  }
}

/** The time of each migration in the store, from drizzle's journal; none if its table is missing. */
async function appliedMigrations(database: Database): Promise<readonly number[]> {
  try {
    const rows = await database.query<{ created_at: string }>(
      'select created_at from runfold_migrations.migration',
    );
    return rows.map((row) => Number(row.created_at));
  } catch (error) {
    const code = codeOf(error);
    if (code === undefinedTable || code === invalidSchemaName) return [];
    throw explainDatabaseError(error);
  }
}
