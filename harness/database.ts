import { randomBytes } from 'node:crypto';
import { type ClientBase, DatabaseError, Pool, type PoolClient } from 'pg';
import { afterAll, beforeAll, expect, inject } from 'vitest';
import { type Database, openDatabase } from '#runfold/postgres/database.js';
import { cloneCitusStore, isOnCitus } from './citus-store.js';
import { databaseUrl } from './database-url.js';
import { withClient } from './postgres-server.js';
import { waitUntil } from './wait-until.js';

/** SQLSTATE object_in_use: the database to clone has a connection. */
const objectInUse = '55006';

/** A separate database for a test file. */
export interface TestDatabase {
  readonly url: string;
  readonly name: string;
  /**
   * Drops it, even if it has connections. Databases that are not dropped are dropped at the end of
   * the run.
   */
  drop(): Promise<void>;
}

let administration: Pool | undefined;

/**
 * Runs `work` on the connection on which this process creates and drops databases. It is kept, because a connection
 * costs as much as a clone, and does not keep the process alive.
 */
async function administer<T>(url: string, work: (client: PoolClient) => Promise<T>): Promise<T> {
  administration ??= openAdministration(url);
  const client = await administration.connect();
  let isBroken = true;
  try {
    const result = await work(client);
    isBroken = false;
    return result;
  } finally {
    // The locks of a connection that is not used again end with it.
    client.release(isBroken);
  }
}

function openAdministration(url: string): Pool {
  const pool = new Pool({
    connectionString: url,
    connectionTimeoutMillis: 60_000,
    max: 1,
    idleTimeoutMillis: 0,
    allowExitOnIdle: true,
  });
  // A server that goes away fails the next statement, which reports it.
  pool.on('error', () => undefined);
  return pool;
}

/** Runs a statement that needs a database without connections: those that are closed may still be ending. */
async function onceUnused(client: ClientBase, statement: string): Promise<void> {
  await waitUntil(
    async () => {
      try {
        await client.query(statement);
        return 'done';
      } catch (error) {
        if (error instanceof DatabaseError && error.code === objectInUse) return error.message;
        throw error;
      }
    },
    (outcome) => outcome === 'done',
    { what: `the end of "${statement}"`, intervalMs: 50 },
  );
}

/**
 * How a server copies a database. Copying files takes a fifth of the CPU of copying pages through the log, also when they are
 * dropped; but where the disk has to keep them, the server first writes everything else that it has in memory.
 */
const copySql = `select case current_setting('fsync') when 'off' then 'file_copy' else 'wal_log' end as strategy`;

async function createDatabase(
  postgres: { url: string; template: string },
  template: string,
): Promise<TestDatabase> {
  const { databasePrefix } = inject('testRun');
  const name = `${databasePrefix}_${randomBytes(5).toString('hex')}`;
  await administer(postgres.url, async (client) => {
    // One clone at a time: a template that is being cloned counts as in use.
    await client.query('select pg_advisory_lock(hashtext($1))', [postgres.template]);
    const { rows } = await client.query<{ strategy: string }>(copySql);
    const { strategy } = rows[0] as { strategy: string };
    await onceUnused(client, `create database ${name} template ${template} strategy ${strategy}`);
    await client.query('select pg_advisory_unlock(hashtext($1))', [postgres.template]);
  });
  return {
    url: databaseUrl(postgres.url, name),
    name,
    async drop() {
      await administer(postgres.url, (client) =>
        client.query(`drop database if exists ${name} with (force)`),
      );
    },
  };
}

function testPostgres(): { url: string; template: string } {
  const { postgres } = inject('testRun');
  if (postgres.url === undefined) throw new Error(`Expected a Postgres: ${postgres.missing}`);
  return postgres;
}

/**
 * A separate store for a test, cloned from one that `prepare` made of a migrated store, once a run under the given name.
 * On Citus, where a clone costs as much, it prepares each.
 */
export async function createPreparedDatabase(
  name: string,
  prepare: (database: Database) => Promise<void>,
): Promise<TestDatabase> {
  const prepareAt = async (url: string) => {
    const database = openDatabase(url, { max: 2 });
    try {
      await prepare(database);
    } finally {
      await database.close();
    }
  };
  if (isOnCitus(expect.getState().testPath ?? '')) {
    const home = await createTestDatabase();
    await prepareAt(home.url);
    return home;
  }
  const { url } = testPostgres();
  const template = `${inject('testRun').databasePrefix}_${name}`;
  await withClient(url, async (client) => {
    // The first to ask for it makes it, and the others wait.
    await client.query('select pg_advisory_lock(hashtext($1))', [template]);
    const { rows } = await client.query('select from pg_database where datname = $1', [template]);
    if (rows.length > 0) return;
    const made = await createTestDatabase();
    await prepareAt(made.url);
    // It has its name only once it is complete.
    await onceUnused(client, `alter database ${made.name} rename to ${template}`);
  });
  return await createDatabase({ url, template }, template);
}

/** A database with Runfold's migrations applied, cloned from this run's template. For some files it is on Citus, if there is one. */
export async function createTestDatabase(): Promise<TestDatabase> {
  if (isOnCitus(expect.getState().testPath ?? '')) {
    const { databasePrefix } = inject('testRun');
    const name = `${databasePrefix}_${randomBytes(5).toString('hex')}`;
    return { name, ...(await cloneCitusStore(name, `${databasePrefix}_citus`)) };
  }
  const postgres = testPostgres();
  return await createDatabase(postgres, postgres.template);
}

/**
 * Gives the tests of a suite a separate migrated database, opened before the first and dropped
 * after the last.
 */
export function withTestDatabase(use: (database: Database) => void): void {
  let home: TestDatabase;
  let database: Database;
  beforeAll(async () => {
    home = await createTestDatabase();
    database = openDatabase(home.url);
    use(database);
  });
  afterAll(async () => {
    await database.close();
    await home.drop();
  });
}

/** An empty database, for tests of the migrations themselves. */
export async function createEmptyDatabase(): Promise<TestDatabase> {
  return await createDatabase(testPostgres(), 'template0');
}
