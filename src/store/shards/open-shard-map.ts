import { codeOf } from '../../environment/error-fields.js';
import type { Database } from '../../postgres/database.js';
import {
  checkViolation,
  invalidColumnReference,
  notNullViolation,
} from '../../postgres/sql-states.js';
import { openCitusShards } from './citus-shards.js';
import { partitionShards } from './partitions.js';
import { readPlacement } from './placement.js';
import { type ShardMap, singleShard, throughView } from './shard-map.js';

/** Reads how a store is divided. An undivided store has one shard: itself. */
export async function openShardMap(database: Database): Promise<ShardMap> {
  const placement = await readPlacement(database);
  if (placement === undefined) return singleShard(database);
  const { kind, stripes } = placement;
  if (kind === 'partitions') return partitionShards(database, stripes);
  if (kind === 'citus') return openCitusShards(database);
  throw new Error(
    `The store is divided in a way that this version of Runfold does not know: ${kind}. Upgrade this Runfold.`,
  );
}

interface Known {
  readonly map: Promise<ShardMap>;
  /** When it was read, in milliseconds of the process, if the store was not divided then. */
  whole_at?: number;
}

const known = new WeakMap<Database, Known>();

/**
 * Milliseconds after which a process looks again whether a store has been divided. It costs one lookup in the catalog,
 * and only a process that asks.
 */
export const wholeMs = 5_000;

/**
 * The same, but cached: a divided store forever, because a store is divided only once, and an undivided one for five
 * seconds. A failed read is retried.
 */
export function readShardMap(database: Database): Promise<ShardMap> {
  const found = known.get(database);
  const { whole_at = Number.POSITIVE_INFINITY } = found ?? {};
  if (found !== undefined && performance.now() - whole_at < wholeMs) return found.map;
  return remember(database, openShardMap(database));
}

function remember(database: Database, map: Promise<ShardMap>): Promise<ShardMap> {
  const entry: Known = { map };
  known.set(database, entry);
  map.then(
    ({ is_divided }) => {
      if (!is_divided) entry.whole_at = performance.now();
    },
    () => {
      if (known.get(database) === entry) known.delete(database);
    },
  );
  return map;
}

/**
 * Lets a view of a store, such as that of one request, know the map of the store instead of reading it again. What
 * the view does to statements, such as cancelling them, then holds on the servers of the shards too.
 */
export function shareShardMap(store: Database, view: Database): void {
  remember(
    view,
    readShardMap(store).then((map) => throughView(map, view)),
  );
}

/** Makes a map known, instead of reading it. */
export function rememberShardMap(database: Database, map: ShardMap): void {
  known.set(database, { map: Promise.resolve(map) });
}

/**
 * Whether an error may be that of a divided store which refuses a statement for an undivided one:
 * its rows lack the stripe, have no partition, or have another key.
 */
export function refusesWhole(error: unknown): boolean {
  return dividedCodes.includes(codeOf(error) ?? '');
}

const dividedCodes: readonly string[] = [notNullViolation, checkViolation, invalidColumnReference];

/** A transaction that was begun for an undivided store met a divided one. Repeat it. */
export class StoreDividedError extends Error {
  override readonly name = 'StoreDividedError';

  constructor() {
    super('The store has been divided since the transaction began; it is repeated.');
  }
}

/**
 * Reads again how a store is divided that was undivided before. Returns whether it has been divided
 * since.
 */
export async function isDividedSince(database: Database, before: ShardMap): Promise<boolean> {
  if (before.is_divided) return false;
  const now = await openShardMap(database);
  if (now.is_divided) rememberShardMap(database, now);
  return now.is_divided;
}
