import { randomBytes } from 'node:crypto';
import { type Database, openDatabase } from '#runfold/postgres/database.js';
import { createShards } from '#runfold/store/create-shards.js';
import { migrateStore } from '#runfold/store/migrate.js';
import { databaseUrl } from './database-url.js';
import { withClient } from './postgres-server.js';

/** The coordinator of a Citus cluster for tests and benchmarks; undefined if there is none. */
const coordinator = process.env.TEST_CITUS_URL;
/** Its nodes, by their URLs. */
export const citusNodes: readonly string[] = (process.env.TEST_CITUS_NODES ?? '')
  .split(',')
  .filter(Boolean);

/** Whether there is a cluster, with two nodes or more. */
export const hasCitus = coordinator !== undefined && citusNodes.length >= 2;

/** The coordinator and its nodes, by their URLs. */
export const servers = (): readonly string[] => [coordinator ?? '', ...citusNodes];

/**
 * Creates a database on all servers. `reachedAt` gives the address at which others reach a node, such as a proxy's.
 */
export async function createCluster(
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
    for (const node of citusNodes) {
      await client.query('select citus_add_node($1, $2::integer)', at(reachedAt(node)));
    }
  });
  return url;
}

/** Drops a database on all servers. */
export async function dropCluster(name: string): Promise<void> {
  for (const server of servers()) {
    await withClient(server, async (client) => {
      await client.query('set client_min_messages = error');
      await client.query(`drop database if exists ${name} with (force)`);
    }).catch((error) => console.warn(`${name} on ${new URL(server).host}: ${error.message}`));
  }
}

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
