import { randomBytes } from 'node:crypto';
import { describe } from 'vitest';
import { type Database, openDatabase } from '#runfold/postgres/database.js';
import { createShards } from '#runfold/store/create-shards.js';
import { migrateStore } from '#runfold/store/migrate.js';
import { databaseUrl } from './database-url.js';
import { withClient } from './postgres-server.js';
import { waitUntil } from './wait-until.js';

/** The coordinator of a Citus cluster, and its nodes; undefined if there is none for the tests. */
const coordinator = process.env.TEST_CITUS_URL;
const nodes = (process.env.TEST_CITUS_NODES ?? '').split(',').filter(Boolean);

/**
 * A suite against Citus. No package includes it, so without it the suite is skipped by name, also
 * in CI.
 */
export function describeWithCitus(name: string, suite: () => void): void {
  if (coordinator !== undefined && nodes.length >= 2) {
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
    coordinator !== undefined &&
    nodes.length >= 2 &&
    /test\/(?:projections|query|worker|http)\//.test(file)
  );
}

const servers = () => [coordinator ?? '', ...nodes];

/**
 * Creates a database on all servers. `reachedAt` gives the address at which others reach a node, such as a proxy's.
 */
async function createCluster(
  name: string,
  reachedAt: (node: string) => string = (node) => node,
): Promise<string> {
  for (const server of servers()) {
    await withClient(server, (client) => client.query(`create database ${name}`));
    await withClient(databaseUrl(server, name), (client) => client.query('create extension citus'));
  }
  const [first = ''] = servers();
  const url = databaseUrl(first, name);
  await withClient(url, async (client) => {
    const at = (server: string) => [new URL(server).hostname, new URL(server).port || '5432'];
    await client.query('select citus_set_coordinator_host($1, $2::integer)', at(first));
    for (const node of nodes) {
      await client.query('select citus_add_node($1, $2::integer)', at(reachedAt(node)));
    }
  });
  return url;
}

/** Creates a store that can be cloned, if it is not there yet. No server may be connected to it then. */
async function createTemplate(name: string): Promise<void> {
  const [first = ''] = servers();
  const isThere = await withClient(first, async (client) => {
    const { rows } = await client.query('select from pg_database where datname = $1', [name]);
    return rows.length > 0;
  });
  if (isThere) return;
  const database = openDatabase(await createCluster(name), { max: 2 });
  try {
    await migrateStore(database);
    await createShards(database, { stripes: stripesOfClones, kind: 'citus' });
  } finally {
    await database.close();
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

async function dropCluster(name: string): Promise<void> {
  for (const server of servers()) {
    await withClient(server, async (client) => {
      await client.query('set client_min_messages = error');
      await client.query(`drop database if exists ${name} with (force)`);
    }).catch((error) => console.warn(`${name} on ${new URL(server).host}: ${error.message}`));
  }
}

/** Drops the stores of a run. */
export async function dropCitusStores(prefix: string): Promise<void> {
  if (coordinator === undefined) return;
  const names = await withClient(coordinator, async (client) => {
    const { rows } = await client.query<{ datname: string }>(
      'select datname from pg_database where starts_with(datname, $1)',
      [prefix],
    );
    return rows.map(({ datname }) => datname);
  });
  for (const name of names) await dropCluster(name);
}

/** The nodes that tests may use, by their URLs. */
export const citusNodes: readonly string[] = nodes;

/** Options of a store on Citus. */
export interface CitusStoreOptions {
  /** Undefined for a store that is not divided yet. */
  readonly stripes?: number | undefined;
  readonly reachedAt?: ((node: string) => string) | undefined;
}

/** A separate store for a test, distributed over the nodes. */
export async function createCitusStore({ stripes, reachedAt }: CitusStoreOptions): Promise<{
  readonly database: Database;
  readonly url: string;
  drop(): Promise<void>;
}> {
  if (coordinator === undefined) throw new Error('Expected TEST_CITUS_URL, got none.');
  const name = `runfold_citus_${randomBytes(5).toString('hex')}`;
  const url = await createCluster(name, reachedAt);
  const database = openDatabase(url, { max: 6 });
  await migrateStore(database);
  if (stripes !== undefined) await createShards(database, { stripes, kind: 'citus' });
  return {
    database,
    url,
    async drop() {
      await database.close();
      await dropCluster(name);
    },
  };
}
