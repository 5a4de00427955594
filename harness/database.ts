import { randomBytes } from 'node:crypto';
import { DatabaseError } from 'pg';
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

async function createDatabase(
  postgres: { url: string; template: string },
  template: string,
): Promise<TestDatabase> {
  const { databasePrefix } = inject('testRun');
  const name = `${databasePrefix}_${randomBytes(5).toString('hex')}`;
  await withClient(postgres.url, async (client) => {
    // One clone at a time: a template that is being cloned counts as in use. The lock ends with the
    // session.
    await client.query('select pg_advisory_lock(hashtext($1))', [postgres.template]);
    await waitUntil(
      async () => {
        try {
          await client.query(`create database ${name} template ${template}`);
          return 'created';
        } catch (error) {
          if (error instanceof DatabaseError && error.code === objectInUse) return error.message;
          throw error;
        }
      },
      (outcome) => outcome === 'created',
      { what: `database ${name} to be created`, intervalMs: 50 },
    );
  });
  return {
    url: databaseUrl(postgres.url, name),
    name,
    async drop() {
      await withClient(postgres.url, (client) =>
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
