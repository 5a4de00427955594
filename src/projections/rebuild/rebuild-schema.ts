import { setTimeout as pause } from 'node:timers/promises';
import type { PoolClient } from 'pg';
import { codeOf } from '../../environment/error-fields.js';
import { getProcessStart } from '../../environment/process-start.js';
import type { Database } from '../../postgres/database.js';
import { lockNotAvailable } from '../../postgres/sql-states.js';
import { readShardMap } from '../../store/shards/open-shard-map.js';
import { oneOfEachServer } from '../../store/shards/shard-map.js';
import { underLock } from './writer-lock.js';

/** The prefix of every rebuild's schema. */
export const prefix = 'runfold_rebuild_';

/** The schemas of rebuilds, dead or alive. */
export async function listSchemas(client: PoolClient): Promise<string[]> {
  const { rows } = await client.query(
    'select nspname::text as name from pg_namespace where starts_with(nspname, $1)',
    [prefix],
  );
  return rows.map(({ name }) => name);
}

/**
 * Removes the objects of a rebuild. It first stops the recording, which readers of the log cannot
 * delay. Dropping the trigger needs an exclusive lock on the log. If a long read of the log blocks
 * that for too long, the trigger stays behind, disabled and without tables, until the next cleanup.
 */
export async function dropSchema(client: PoolClient, schema: string): Promise<void> {
  const { rows: triggers } = await client.query(
    `select format('%I.%I', n.nspname, c.relname) as events, t.tgenabled <> 'D' as records
    from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace
    where t.tgname = $1`,
    [schema],
  );
  const [trigger] = triggers;
  if (trigger?.records === true) {
    const { events } = trigger;
    await underLock(client, { events, patience_ms: 60_000 }, () =>
      client.query(`alter table ${events} disable trigger ${schema}`),
    );
  }
  const { rows: tables } = await client.query(
    "select relname from pg_class where relnamespace = to_regnamespace($1) and relkind = 'r'",
    [schema],
  );
  for (const { relname } of tables) {
    if (relname !== 'owner') await client.query(`drop table if exists ${schema}."${relname}"`);
  }
  const dropTrigger =
    trigger === undefined ? '' : `drop trigger if exists ${schema} on ${trigger.events};`;
  for (let attempt = 0; attempt < 8; attempt++) {
    try {
      await client.query(
        `begin; set local lock_timeout = 60;
        ${dropTrigger} drop schema if exists ${schema} cascade; commit`,
      );
      return;
    } catch (error) {
      await client.query('rollback').catch(() => undefined);
      if (codeOf(error) !== lockNotAvailable) throw error;
    }
    await pause(60);
  }
}

/** A running rebuild, or the remains of one. */
export interface RunningRebuild {
  /** Null before its first report. */
  readonly step: string | null;
  /** The progress of the step, from 0 to 1. */
  readonly share: number;
}

/**
 * The rebuilds of a store in any process. Each reports about once per second. In a store on several servers, each is on
 * the server of the shard that it rebuilds.
 */
export async function listRunningRebuilds(database: Database): Promise<RunningRebuild[]> {
  const map = await readShardMap(database);
  await map.refresh();
  const lists = await Promise.all(
    oneOfEachServer(map).map((shard) => listOnServer(shard.database)),
  );
  return lists.flat();
}

async function listOnServer(database: Database): Promise<RunningRebuild[]> {
  const schemas = await database.query<{ name: string }>(
    `select n.nspname::text as name from pg_namespace n
    join pg_attribute a on a.attrelid = to_regclass(n.nspname || '.owner') and a.attname = 'share'
    where starts_with(n.nspname, $1)`,
    [prefix],
  );
  const found: RunningRebuild[] = [];
  for (const { name } of schemas) {
    found.push(
      ...(await database.query<RunningRebuild & Record<string, unknown>>(
        `select step, share from ${name}.owner`,
      )),
    );
  }
  return found;
}

/** A rebuild that has not reported for this time is dead; its longest statement is shorter. */
const beatLimitS = 60;

/**
 * Checks for a living owner and creates the schema in one transaction: on a shared session, nothing
 * else runs in between.
 */
export async function makeSchema(
  client: PoolClient,
  schema: string,
  shared: boolean,
  dead: string | undefined,
): Promise<boolean> {
  const started = (await getProcessStart(process.pid)) ?? '';
  try {
    await client.query('begin');
    for (const other of shared ? await listSchemas(client) : []) {
      if (other !== dead && (await isAlive(client, other))) {
        await client.query('rollback');
        return false;
      }
    }
    await client.query(`create schema ${schema}`);
    await client.query(
      `create table ${schema}.owner as
      select ${process.pid} as pid, '${started}' as started, clock_timestamp() as beat_at,
        null::text as step, 0::float8 as share`,
    );
    await client.query('commit');
    return true;
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    throw error;
  }
}

async function isAlive(client: PoolClient, schema: string): Promise<boolean> {
  const table = `${schema}.owner`;
  const { rows: found } = await client.query('select to_regclass($1) is not null as found', [
    table,
  ]);
  if (found[0]?.found !== true) return false;
  const { rows } = await client.query(
    `select pid, started, beat_at > clock_timestamp() - interval '${beatLimitS} seconds' as beats from ${table}`,
  );
  const [owner] = rows;
  return owner?.beats === true && (await getProcessStart(owner.pid)) === owner.started;
}
