import type { Database } from '#runfold/postgres/database.js';
import { projections } from '#runfold/projections/projections.js';
import { partitionNames } from '#runfold/store/shards/partitions.js';
import type { Shard, ShardMap } from '#runfold/store/shards/shard-map.js';

const tables = ['event', ...projections.map(({ name }) => name)];
const moveLock = 7_386_999;

/**
 * Shards of a divided store that can be moved to tables with another name, as if to another server.
 */
export interface MovableShards {
  readonly map: ShardMap;
  /**
   * Moves a stripe. `meanwhile` runs after its rows were copied and before writers are sent to the
   * new place. `locked` waits for current writers and blocks new ones.
   */
  move(stripe: number, locked: boolean, meanwhile: () => Promise<void>): Promise<void>;
}

/**
 * Makes the shards of a divided store movable. Writers hold a shared lock on their stripe, as
 * Citus' writers do on the metadata of a shard. `guarded: false` omits that lock, and only checks
 * where the shard is.
 */
export async function movableShards(
  database: Database,
  stripes: number,
  { guarded = true } = {},
): Promise<MovableShards> {
  await database.query('create table home (stripe integer primary key, moves integer not null)');
  await database.query('insert into home select s, 0 from generate_series(0, $1::integer - 1) s', [
    stripes,
  ]);
  let shards: Shard[] = [];
  const namesAt = (stripe: number, moves: number) => {
    const { local } = partitionNames(stripe, stripes);
    const suffix = moves === 0 ? '' : `_moved${moves}`;
    return {
      schema: 'runfold_internal',
      local: (name: string) => `${local(name)}${suffix}`,
      stripe,
    };
  };
  const read = async () => {
    const rows = await database.query<{ stripe: number; moves: number }>(
      'select stripe, moves from home order by stripe',
    );
    shards = rows.map(({ stripe, moves }) => {
      const check = `select exists (select from home where stripe = ${stripe} and moves = ${moves}) as is_here`;
      return {
        stripe,
        tables: namesAt(stripe, moves),
        database,
        place: `place ${moves}`,
        guard: {
          statements: `${guarded ? `select pg_advisory_xact_lock_shared(${moveLock}, ${stripe});` : ''} ${check}`,
          check,
        },
      };
    });
  };
  await read();

  return {
    map: {
      stripes,
      is_divided: true,
      shardOf: (stripe) => shards[stripe] as Shard,
      shards: () => shards,
      refresh: read,
    },
    async move(stripe, locked, meanwhile) {
      const client = await database.pool.connect();
      try {
        const { rows } = await client.query('select moves from home where stripe = $1', [stripe]);
        const [before, after] = [rows[0].moves, rows[0].moves + 1].map((n) => namesAt(stripe, n));
        await client.query('begin');
        if (locked) await client.query('select pg_advisory_xact_lock($1, $2)', [moveLock, stripe]);
        for (const table of tables) {
          const [old, made] = [before, after].map(
            (names) => `runfold_internal.${names?.local(table)}`,
          );
          await client.query(`create table ${made} (like ${old} including all)`);
          await client.query(`insert into ${made} select * from ${old}`);
        }
        await meanwhile();
        for (const table of tables) {
          const [old, made] = [before, after].map(
            (names) => `runfold_internal.${names?.local(table)}`,
          );
          await client.query(`alter table runfold_internal.${table} detach partition ${old}`);
          await client.query(
            `alter table runfold_internal.${table} attach partition ${made} for values in (${stripe})`,
          );
        }
        await client.query('update home set moves = moves + 1 where stripe = $1', [stripe]);
        await client.query('commit');
      } finally {
        client.release();
      }
    },
  };
}
