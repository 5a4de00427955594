import { randomBytes } from 'node:crypto';
import type { PoolClient } from 'pg';
import type { Database } from '../../postgres/database.js';
import { takeSessionLock } from '../../postgres/session-lock.js';
import { readShardMap } from '../../store/shards/open-shard-map.js';
import { oneOfEachServer } from '../../store/shards/shard-map.js';
import { settingsSql, type TableNames, wholeStore } from '../../store/shards/table-names.js';
import { RebuildRunningError } from './rebuild-errors.js';
import type { RebuildStep } from './rebuild-options.js';
import { dropSchema, listSchemas, makeSchema, prefix } from './rebuild-schema.js';

/** The right to rebuild tables of a server; only one rebuild may have it at a time. */
export interface RebuildClaim {
  /**
   * The schema of the rebuild's tables, and the name of its trigger. The name is new every time:
   * remains of an earlier rebuild, such as a statement that still runs, cannot change the rows of a
   * later one.
   */
  readonly schema: string;
  /** Whether all connections share one session, as an embedded store's do. */
  readonly shared_session: boolean;
  /** Reports that the rebuild is alive, its step, and the progress of the step from 0 to 1. */
  beat(step: RebuildStep, share: number): Promise<void>;
  /** Drops the objects of the rebuild, releases the right, and resets the settings of the connection. */
  release(): Promise<void>;
}

const rebuildLock = 7_386_254;
/** On the server that knows where all shards are. */
const storeLock = 7_386_255;

/**
 * Claims the right to rebuild, on a connection that only the rebuild uses, and removes what a dead
 * rebuild left behind. The connection gets the settings without which its server refuses to alter the tables.
 *
 * On a server the claim is a session's advisory lock: it ends with the connection, whatever happens
 * to the process. An embedded store has one session for all, so such a lock would exclude nobody
 * and outlive its owner. There the claim is a row that names the process and has a heartbeat.
 *
 * @throws RebuildRunningError if another rebuild has it
 */
export async function claimRebuild(
  database: Database,
  client: PoolClient,
  tables: TableNames = wholeStore,
): Promise<RebuildClaim> {
  const claim = await tryClaim(database, client, tables);
  if (claim === undefined) throw new RebuildRunningError();
  return claim;
}

/**
 * Claims the right to rebuild a store on several servers, in addition to that on each of them: of two rebuilds on
 * different servers, one could be of another version. Returns a function that gives it back.
 * @throws RebuildRunningError if another rebuild has it
 */
export async function claimStore(database: Database): Promise<() => Promise<void>> {
  const client = await database.pool.connect();
  try {
    const unlock = await takeSessionLock(database, client, storeLock);
    if (unlock === undefined) throw new RebuildRunningError();
    return async () => {
      // Closing the connection ends the claim if the server does not answer.
      const isBroken = await unlock().then(
        () => false,
        () => true,
      );
      client.release(isBroken);
    };
  } catch (error) {
    client.release();
    throw error;
  }
}

/**
 * Removes what a dead rebuild left behind: its tables, and the trigger that records events for it.
 * Does nothing while a rebuild is alive. If there is nothing, it costs two lookups in the catalog, and one on each
 * other server of the store. Returns whether nothing is left.
 */
export async function cleanUpRebuild(database: Database): Promise<boolean> {
  const map = await readShardMap(database);
  await map.refresh();
  let isClean = true;
  for (const { database: server, tables } of oneOfEachServer(map)) {
    isClean = (await cleanUpServer(server, tables)) && isClean;
  }
  return isClean;
}

/**
 * The same on one server. `dead` is the schema of a rebuild that is known to be dead although its process is alive.
 */
export async function cleanUpServer(
  database: Database,
  tables: TableNames,
  dead?: string,
): Promise<boolean> {
  const client = await database.pool.connect();
  let isBroken = true;
  try {
    let left = await listSchemas(client);
    if (left.length > 0) {
      await (await tryClaim(database, client, tables, dead))?.release();
      left = await listSchemas(client);
    }
    isBroken = false;
    return left.length === 0;
  } finally {
    client.release(isBroken);
  }
}

async function tryClaim(
  database: Database,
  client: PoolClient,
  tables: TableNames,
  dead?: string,
): Promise<RebuildClaim | undefined> {
  await applySettings(client, tables);
  const claim = await claimServer(database, client, dead).catch(async (error: unknown) => {
    // The first error says why there is no claim.
    await resetSettings(client, tables).catch(() => undefined);
    throw error;
  });
  if (claim === undefined) {
    await resetSettings(client, tables);
    return undefined;
  }
  return {
    ...claim,
    async release() {
      await claim.release();
      await resetSettings(client, tables);
    },
  };
}

async function applySettings(client: PoolClient, tables: TableNames): Promise<void> {
  const statements = settingsSql(tables, 'set');
  if (statements !== '') await client.query(statements.slice(1));
}

async function resetSettings(client: PoolClient, { settings = [] }: TableNames): Promise<void> {
  for (const setting of settings) await client.query(`reset ${setting.split(' ')[0]}`);
}

async function claimServer(
  database: Database,
  client: PoolClient,
  dead?: string,
): Promise<RebuildClaim | undefined> {
  const shared = database.shares_session;
  const unlock = shared
    ? async () => undefined
    : await takeSessionLock(database, client, rebuildLock);
  if (unlock === undefined) return undefined;
  const schema = `${prefix}${randomBytes(6).toString('hex')}`;
  try {
    if (!(await makeSchema(client, schema, shared, dead))) return undefined;
    for (const other of await listSchemas(client)) {
      if (other !== schema) await dropSchema(client, other);
    }
  } catch (error) {
    await unlock().catch(() => undefined);
    throw error;
  }
  return {
    schema,
    shared_session: shared,
    async beat(step, share) {
      await client.query(
        `update ${schema}.owner set beat_at = clock_timestamp(), step = $1, share = $2`,
        [step, share],
      );
    },
    async release() {
      // Tables that were swapped out are in a schema beside it.
      for (const mine of await listSchemas(client)) {
        if (mine.startsWith(schema)) await dropSchema(client, mine);
      }
      await unlock();
    },
  };
}
