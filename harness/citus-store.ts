import { describe, expect } from 'vitest';
import { openDatabase } from '#runfold/postgres/database.js';
import { createShards } from '#runfold/store/create-shards.js';
import { migrateStore } from '#runfold/store/migrate.js';
import { createCluster, dropCluster, hasCitus, servers } from './citus-cluster.js';
import { databaseUrl } from './database-url.js';
import { withClient } from './postgres-server.js';
import { waitUntil } from './wait-until.js';

/**
 * A suite against Citus. No package includes it, so without it the suite is skipped by name, also
 * in CI.
 */
export function describeWithCitus(name: string, suite: () => void): void {
  if (hasCitus) {
    describe(name, suite);
    return;
  }
  const missing = 'no Citus: set TEST_CITUS_URL, and TEST_CITUS_NODES to two nodes or more';
  console.warn(`skipped: ${name} (${missing})`);
  describe.skip(`${name} [skipped: ${missing}]`, suite);
}

/** How many stripes the stores have in which the tests of other suites run. */
const stripesOfClones = 4;

/**
 * Whether the tests of a file get stores on Citus: those of what is read and written, if there is a Citus. Other
 * files test one server, or store rows by themselves.
 */
export function isOnCitus(file: string): boolean {
  return (
    hasCitus &&
    /test\/(?:alerts\/alerts\.|budgets\/|projections\/|query\/|worker\/|http\/)/.test(file)
  );
}

/**
 * Suites that need a store on one server, such as for its locks. With the tests on Citus they are skipped by name with the
 * reason.
 */
export function onOneServer<Arguments extends readonly unknown[]>(
  describeSuite: (name: string, ...rest: Arguments) => void,
  reason: string,
): (name: string, ...rest: Arguments) => void {
  return (name, ...rest) => {
    if (!isOnCitus(expect.getState().testPath ?? '')) {
      describeSuite(name, ...rest);
      return;
    }
    console.warn(`skipped on Citus: ${name} (${reason})`);
    describe.skip(`${name} [skipped on Citus: ${reason}]`, () => undefined);
  };
}

/** Creates a store that can be cloned, if it is not there yet. No server may be connected to it then. */
async function createTemplate(name: string): Promise<void> {
  const [first = ''] = servers();
  const isThere = await withClient(first, async (client) => {
    const { rows } = await client.query('select from pg_database where datname = $1', [name]);
    return rows.length > 0;
  });
  if (isThere) return;
  try {
    const database = openDatabase(await createCluster(name), { max: 2 });
    try {
      await migrateStore(database);
      await createShards(database, { stripes: stripesOfClones, kind: 'citus' });
    } finally {
      await database.close();
    }
  } catch (error) {
    // The next test would take an incomplete one for a template.
    await dropCluster(name);
    throw error;
  }
  for (const server of servers()) {
    await withClient(server, async (client) => {
      await client.query(`alter database ${name} with allow_connections false`);
      await client.query(
        'select pg_terminate_backend(pid) from pg_stat_activity where datname = $1',
        [name],
      );
    });
  }
}

/** Clones a store on all servers; each finds the others by the name of the database. */
export async function cloneCitusStore(
  name: string,
  template: string,
): Promise<{ url: string; drop(): Promise<void> }> {
  const [first = ''] = servers();
  await withClient(first, async (client) => {
    await client.query('select pg_advisory_lock(hashtext($1))', [template]);
    await createTemplate(template);
    for (const server of servers()) {
      await waitUntil(
        () =>
          withClient(server, (other) =>
            other.query(`create database ${name} template ${template}`),
          ).then(
            () => 'created',
            (error: Error) => error.message,
          ),
        (outcome) => outcome === 'created',
        { what: `database ${name} to be created on ${new URL(server).host}`, intervalMs: 100 },
      );
    }
  });
  return { url: databaseUrl(first, name), drop: () => dropCluster(name) };
}

/** Drops the stores of a run. */
export async function dropCitusStores(prefix: string): Promise<void> {
  if (!hasCitus) return;
  const [first = ''] = servers();
  const names = await withClient(first, async (client) => {
    const { rows } = await client.query<{ datname: string }>(
      'select datname from pg_database where starts_with(datname, $1)',
      [prefix],
    );
    return rows.map(({ datname }) => datname);
  });
  for (const name of names) await dropCluster(name);
}
