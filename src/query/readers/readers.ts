import { stripeOf } from '../../events/stripe.js';
import type { Database } from '../../postgres/database.js';
import { isMoved, mostMoves } from '../../store/shards/on-shard.js';
import { readShardMap, rememberShardMap } from '../../store/shards/open-shard-map.js';
import {
  type Shard,
  type ShardMap,
  ShardMovedError,
  singleShard,
} from '../../store/shards/shard-map.js';
import { textOnShards } from './reader-text.js';

/** What is known of the rows that a query wants. */
export interface Wanted {
  readonly project?: number | undefined;
  readonly session_id?: string | undefined;
}

interface Place {
  readonly name: string;
  /** The tables of the log. */
  readonly logs: readonly string[];
}
const places = new WeakMap<Database, Place>();

/** The server that a reader reads; undefined for a store on one server. */
export const placeOf = (reader: Database): Place | undefined => places.get(reader);

/** Whether a store is on several servers, each with a part of the sessions. */
export async function isSpread(database: Database): Promise<boolean> {
  return (await readShardMap(database)).is_spread === true;
}

/**
 * Runs a query on each server that may have its rows: on all that hold a part of the store, or, if the session is
 * known, on the one that has it. There it sees the shards of that server as if they were the store. A store on one server
 * is read as it is. When a shard is moved meanwhile, the query is repeated.
 */
export async function gather<T>(
  database: Database,
  wanted: Wanted,
  query: (reader: Database) => Promise<T>,
): Promise<T[]> {
  const map = await readShardMap(database);
  if (map.is_spread !== true) return [await query(database)];
  for (let moves = 0; ; moves++) {
    const answers = await Promise.allSettled(readersOf(map, wanted).map(query));
    const faults = answers.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
    const [fault] = faults;
    if (fault === undefined) {
      return answers.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    }
    if (!faults.every(isMoved) || moves === mostMoves) {
      throw faults.find((one) => !isMoved(one)) ?? fault;
    }
    await map.refresh();
  }
}

/** The same for rows. */
export async function gatherRows<T>(
  database: Database,
  wanted: Wanted,
  query: (reader: Database) => Promise<readonly T[]>,
): Promise<T[]> {
  return (await gather(database, wanted, query)).flat();
}

/** The same for rows in an order, of which the first are wanted. */
export async function gatherSorted<T>(
  database: Database,
  wanted: Wanted,
  order: { readonly compare: (a: T, b: T) => number; readonly limit?: number | undefined },
  query: (reader: Database) => Promise<readonly T[]>,
): Promise<T[]> {
  const lists = await gather(database, wanted, query);
  if (lists.length === 1) return [...(lists[0] ?? [])];
  return lists.flat().sort(order.compare).slice(0, order.limit);
}

function readersOf(map: ShardMap, wanted: Wanted): Database[] {
  return shardsByServer(map, wanted).map(readerOf);
}

/** The shards that may have some rows, by the server that they are on. */
export function shardsByServer(map: ShardMap, { project = 1, session_id }: Wanted): Shard[][] {
  if (session_id !== undefined) {
    return [[map.shardOf(stripeOf(project, session_id, map.stripes))]];
  }
  const servers = new Map<string, Shard[]>();
  for (const shard of map.shards()) {
    const known = servers.get(shard.place);
    if (known === undefined) servers.set(shard.place, [shard]);
    else known.push(shard);
  }
  return [...servers.values()];
}

/** A reader of some stripes, which are on one server. */
export function readerOf(shards: readonly Shard[]): Database {
  const [first] = shards;
  if (first === undefined) throw new Error('Expected a server with shards, got none.');
  const names = shards.map(({ tables }) => tables);
  const checks = shards.flatMap(({ guard }) => (guard === undefined ? [] : [guard.check]));
  const { pool, at } = first.database;
  const reader: Database = {
    pool,
    get shares_session() {
      return first.database.shares_session;
    },
    at,
    interrupt: () => undefined,
    close: async () => undefined,
    async query(text, values) {
      const rows = await first.database.query(textOnShards(text, names), values);
      // A shard that has been moved away may still be there, without what was written since: it is checked after
      // the rows were read.
      const [row] = await first.database.query<{ are_here: boolean }>(
        `select bool_and(c.is_here) as are_here from (${checks.join(' union all ')}) c`,
      );
      if (row?.are_here !== true) throw new ShardMovedError(first.stripe);
      return rows as never;
    },
  };
  const logs = names.map((name) => `${name.schema}.${name.local('event')}`);
  places.set(reader, { name: first.place, logs });
  // A query may run others on its reader.
  rememberShardMap(reader, singleShard(reader));
  return reader;
}
