import { randomBytes } from 'node:crypto';
import { describe } from 'vitest';
import { type Database, openDatabase } from '#runfold/postgres/database.js';
import { createShards } from '#runfold/store/create-shards.js';
import { migrateStore } from '#runfold/store/migrate.js';
import { databaseUrl } from './database.js';
import { withClient } from './postgres-server.js';

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

/** A separate store for a test, distributed over the nodes. */
export async function createCitusStore(stripes: number): Promise<{
  readonly database: Database;
  readonly url: string;
  drop(): Promise<void>;
}> {
  if (coordinator === undefined) throw new Error('Expected TEST_CITUS_URL, got none.');
  const name = `runfold_citus_${randomBytes(5).toString('hex')}`;
  const servers = [coordinator, ...nodes];
  for (const server of servers) {
    await withClient(server, (client) => client.query(`create database ${name}`));
    await withClient(databaseUrl(server, name), (client) => client.query('create extension citus'));
  }
  const url = databaseUrl(coordinator, name);
  await withClient(url, async (client) => {
    const at = (server: string) => [new URL(server).hostname, new URL(server).port || '5432'];
    await client.query('select citus_set_coordinator_host($1, $2::integer)', at(coordinator));
    for (const node of nodes)
      await client.query('select citus_add_node($1, $2::integer)', at(node));
  });
  const database = openDatabase(url, { max: 6 });
  await migrateStore(database);
  await createShards(database, { stripes, kind: 'citus' });
  return {
    database,
    url,
    async drop() {
      await database.close();
      for (const server of servers) {
        await withClient(server, async (client) => {
          await client.query('set client_min_messages = error');
          await client.query(`drop database if exists ${name} with (force)`);
        }).catch((error) => console.warn(`${name} on ${new URL(server).host}: ${error.message}`));
      }
    },
  };
}
