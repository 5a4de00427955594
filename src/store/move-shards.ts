import { RunfoldError } from '../environment/runfold-error.js';
import type { Database } from '../postgres/database.js';
import { nodePlaces } from './shards/citus-nodes.js';
import { openShardMap } from './shards/open-shard-map.js';
import { readPlacement } from './shards/placement.js';
import type { Shard, ShardMap } from './shards/shard-map.js';
import { fullName } from './shards/table-names.js';

/** A stripe cannot be moved. */
export class CannotMoveError extends RunfoldError {
  override readonly name = 'CannotMoveError';
  readonly code = 'cannot_move';
}

/** The move of a stripe from one node of a Citus cluster to another. */
export interface ShardMove {
  readonly stripe: number;
  readonly from: string;
  readonly to: string;
}

/** How stripes are moved. */
export interface MoveOptions {
  /**
   * Whether writers of a stripe wait while it is copied. By default it is copied while they write, by logical
   * replication, and they only wait for the switch at the end.
   */
  readonly block_writes?: boolean | undefined;
  /** Called before each move, with its number and the number of all. */
  readonly on_move?: ((move: ShardMove, at: number, of: number) => void) | undefined;
}

/**
 * Moves a stripe to a node, with all of its tables. Returns undefined if it is there already. Workers follow by
 * themselves.
 * @throws CannotMoveError if there is no such stripe or node, or Citus refuses the move
 */
export async function moveShard(
  database: Database,
  { stripe, to }: { readonly stripe: number; readonly to: string },
  options: MoveOptions = {},
): Promise<ShardMove | undefined> {
  const map = await openCitusMap(database);
  const shard = map.shards().find((one) => one.stripe === stripe);
  if (shard === undefined) {
    throw new CannotMoveError(`Expected a stripe from 0 to ${map.stripes - 1}, got ${stripe}.`);
  }
  const places = await nodePlaces(database);
  if (!places.includes(to)) {
    throw new CannotMoveError(
      `Expected a node that may have stripes (${places.join(', ')}), got ${to}. Nodes are added with "select citus_add_node".`,
    );
  }
  if (shard.place === to) return undefined;
  const move = { stripe, from: shard.place, to };
  await runMoves(database, map, [move], options);
  return move;
}

/**
 * Spreads stripes evenly over the nodes, one move after the other, as Citus plans them. Returns the moves. If one fails,
 * those before it stay; run it again.
 * @throws CannotMoveError if Citus refuses a move
 */
export async function rebalanceShards(
  database: Database,
  options: MoveOptions = {},
): Promise<readonly ShardMove[]> {
  const map = await openCitusMap(database);
  const moves = await planMoves(database, map);
  await runMoves(database, map, moves, options);
  return moves;
}

/** The moves that would spread stripes evenly. */
export async function planRebalance(database: Database): Promise<readonly ShardMove[]> {
  return planMoves(database, await openCitusMap(database));
}

async function planMoves(database: Database, map: ShardMap): Promise<readonly ShardMove[]> {
  const rows = await database.query<{ shard: string; from: string; to: string }>(
    `select shardid::text as shard, sourcename || ':' || sourceport as from, targetname || ':' || targetport as to
    from get_rebalance_table_shards_plan('runfold_internal.event')
    where table_name = 'runfold_internal.event'::regclass`,
  );
  return rows.flatMap(({ shard: id, from, to }) => {
    const shard = map.shards().find((one) => logOf(one) === id);
    return shard === undefined ? [] : [{ stripe: shard.stripe, from, to }];
  });
}

async function openCitusMap(database: Database): Promise<ShardMap> {
  const placement = await readPlacement(database);
  if (placement?.kind === 'citus') return openShardMap(database);
  throw new CannotMoveError(
    placement === undefined
      ? 'The store is not divided. Only stripes on a Citus cluster can be moved.'
      : 'All stripes of the store are on one server. Only stripes on a Citus cluster can be moved.',
  );
}

/** The shard id of a stripe's log, which is in the name of its table. */
const logOf = ({ tables }: Shard) => fullName(tables, 'event').replace(/^.*_/, '');

async function runMoves(
  database: Database,
  map: ShardMap,
  moves: readonly ShardMove[],
  { block_writes = false, on_move }: MoveOptions,
): Promise<void> {
  if (moves.length === 0) return;
  const client = await database.pool.connect();
  try {
    // A move takes as long as its rows, whatever limit a role has.
    await client.query('set statement_timeout = 0');
    for (const [at, move] of moves.entries()) {
      on_move?.(move, at + 1, moves.length);
      const [from, to] = [splitPlace(move.from), splitPlace(move.to)];
      await client
        .query(
          `select citus_move_shard_placement($1::bigint, $2::text, $3::integer, $4::text, $5::integer,
            $6::citus.shard_transfer_mode)`,
          [logOf(map.shardOf(move.stripe)), ...from, ...to, block_writes ? 'block_writes' : 'auto'],
        )
        .catch((error: Error) => {
          const reason = error.message.replace(/^ERROR:\s*/, '');
          const advice = reason.includes('wal_level')
            ? ' Set it on the nodes, or use --block-writes.'
            : '';
          throw new CannotMoveError(
            `Stripe ${move.stripe} stays on ${move.from}, Citus could not move it to ${move.to}: ${reason}.${advice}`,
            { cause: error },
          );
        });
    }
  } finally {
    // With its setting, the connection is of no use to others.
    client.release(true);
  }
}

function splitPlace(place: string): readonly [host: string, port: string] {
  const at = place.lastIndexOf(':');
  return [place.slice(0, at), place.slice(at + 1)];
}
