import type { Database } from '../../postgres/database.js';
import { type TableNames, wholeStore } from './table-names.js';

/** What a writer does before it writes to a shard, so that the shard cannot be moved away beneath it. */
export interface ShardGuard {
  /**
   * Statements for one message, run first in the transaction. The last one answers one row with `is_here`. What
   * keeps the shard from being moved is in a statement before it, so that the look comes after it.
   */
  readonly statements: string;
}

/** One part of a store, which is a whole store to the events of its stripe: log and all totals. */
export interface Shard {
  /** Its number, from 0. */
  readonly stripe: number;
  readonly tables: TableNames;
  /** The server that has it. */
  readonly database: Database;
  /** Where that server is, fit to be shown. */
  readonly place: string;
  /** Undefined where a shard is never moved. */
  readonly guard?: ShardGuard | undefined;
}

/** Which shards a store has, and where they are. */
export interface ShardMap {
  /** How many stripes there are: 1 in a store that is not divided. */
  readonly stripes: number;
  /** Whether the store is divided. */
  readonly is_divided: boolean;
  shardOf(stripe: number): Shard;
  shards(): readonly Shard[];
  /** Reads anew where the shards are. Those that are where they were stay the same objects. */
  refresh(): Promise<void>;
}

/** The shard that a writer was sent to is no longer there. */
export class ShardMovedError extends Error {
  override readonly name = 'ShardMovedError';

  constructor(readonly stripe: number) {
    super(`Expected stripe ${stripe} where the map has it, got none there: it has been moved.`);
  }
}

/** A store that is not divided: one shard, with the names that all tables have. */
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
