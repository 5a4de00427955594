import type { Database } from '../../postgres/database.js';
import { type TableNames, wholeStore } from './table-names.js';

/** Keeps a shard from being moved while a writer writes to it. */
export interface ShardGuard {
  /**
   * Statements that are sent as one message, first in the transaction. The last one returns one row
   * with `is_here`. The lock that keeps the shard from being moved is in an earlier statement, so
   * the check comes after it.
   */
  readonly statements: string;
  /** The check alone, as a query of one row with `is_here`. */
  readonly check: string;
}

/** One part of a store. For the events of its stripe it is a whole store: log and all totals. */
export interface Shard {
  /** Its number, from 0. */
  readonly stripe: number;
  readonly tables: TableNames;
  /** The server that holds it. */
  readonly database: Database;
  /** Where that server is, if it is not the one of the store. */
  readonly address?: { readonly host: string; readonly port: number } | undefined;
  /** The address of that server, for display. */
  readonly place: string;
  /** Undefined if shards are never moved. */
  readonly guard?: ShardGuard | undefined;
}

/** The shards of a store, and where they are. */
export interface ShardMap {
  /** The number of stripes: 1 in an undivided store. */
  readonly stripes: number;
  /** Whether the store is divided. */
  readonly is_divided: boolean;
  /** Whether the shards are on several servers, so that none of them has all rows. Defaults to false. */
  readonly is_spread?: boolean | undefined;
  shardOf(stripe: number): Shard;
  shards(): readonly Shard[];
  /** Reads again where the shards are. Shards that have not moved stay the same objects. */
  refresh(): Promise<void>;
}

/** One shard of each server that holds any. */
export function oneOfEachServer(map: ShardMap): Shard[] {
  return [...new Map(map.shards().map((shard) => [shard.place, shard])).values()];
}

/** The same shards, on connections of another view of the store, such as one whose statements are cancelled. */
export function throughView(map: ShardMap, view: Database): ShardMap {
  const seen = (shard: Shard): Shard => {
    const { address } = shard;
    return {
      ...shard,
      database: address === undefined ? view : view.at(address.host, address.port),
    };
  };
  return {
    ...map,
    shardOf: (stripe) => seen(map.shardOf(stripe)),
    shards: () => map.shards().map(seen),
  };
}

/** The shard is no longer where the writer expected it. */
export class ShardMovedError extends Error {
  override readonly name = 'ShardMovedError';

  constructor(readonly stripe: number) {
    super(`Stripe ${stripe} is no longer where the map has it: it has been moved.`);
  }
}

/** An undivided store: one shard, with the plain table names. */
export function singleShard(database: Database): ShardMap {
  const shard: Shard = { stripe: 0, tables: wholeStore, database, place: 'this server' };
  return {
    stripes: 1,
    is_divided: false,
    shardOf: () => shard,
    shards: () => [shard],
    refresh: async () => undefined,
  };
}

/** A fixed list of shards, by their stripes. */
export function fixedShards(shards: readonly Shard[]): ShardMap {
  return {
    stripes: shards.length,
    is_divided: true,
    shardOf(stripe) {
      const shard = shards[stripe];
      if (shard !== undefined) return shard;
      throw new Error(`Expected a stripe from 0 to ${shards.length - 1}, got ${stripe}.`);
    },
    shards: () => shards,
    refresh: async () => undefined,
  };
}
