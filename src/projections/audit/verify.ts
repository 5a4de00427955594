import type { Database } from '../../postgres/database.js';
import { readShard } from '../../store/shards/on-shard.js';
import { openShardMap } from '../../store/shards/open-shard-map.js';
import type { Shard, ShardMap } from '../../store/shards/shard-map.js';
import { stripeSql } from '../../store/shards/stripe-sql.js';
import { fullName } from '../../store/shards/table-names.js';
import { explainDatabaseError } from '../../store/store-errors.js';
import type { Audit, ProjectionAudit, VerifyOptions } from './audit.js';
import { type Difference, isOfStripe, toDifference } from './difference.js';
import { verifyTables } from './verify-tables.js';

export type { Audit, AuditProgress, ProjectionAudit, VerifyOptions } from './audit.js';

/**
 * Folds the log and compares it with the live totals, row by row, inside one snapshot: the result
 * holds for one instant, while ingest continues. In a divided store, each shard is compared in a
 * separate snapshot: each shard is complete, so what holds for each holds for all.
 */
export async function verify(database: Database, options: VerifyOptions = {}): Promise<Audit> {
  try {
    return await verifyShards(await openShardMap(database), options);
  } catch (error) {
    throw explainDatabaseError(error);
  }
}

/** `verify` of the shards of a map. Each is checked where it is: it may be moved before its turn, and during it. */
export async function verifyShards(map: ShardMap, options: VerifyOptions = {}): Promise<Audit> {
  const audits: Audit[] = [];
  for (let stripe = 0; stripe < map.stripes; stripe++) {
    const part = { ...options, ...partOf(options, stripe, map.stripes) };
    const audit = await readShard(map, stripe, (shard) => verifyShard(map, shard, part));
    if (!map.is_divided) return audit;
    audits.push(audit);
  }
  const sum = sumOf(audits);
  return { ...sum, differences: firstRows(sum.differences, options.max_differences ?? 100) };
}

async function verifyShard(map: ShardMap, shard: Shard, options: VerifyOptions): Promise<Audit> {
  const audit = await verifyTables(shard.database, shard.tables, options);
  if (!map.is_divided) return audit;
  const misplaced = await findMisplaced(shard, map.stripes);
  const differences = audit.differences.map((found) => inStripe(found, shard.stripe));
  return {
    ...audit,
    equal: audit.equal && misplaced.length === 0,
    differences: [...differences, ...misplaced],
  };
}

/** Several stripes can have a row under one key, such as that of a user who has sessions in all of them. */
function inStripe(found: Difference, stripe: number): Difference {
  return { ...found, key: { ...found.key, stripe } };
}

/** The differences in the first differing rows of each projection, and all in grand totals and of misplaced events. */
function firstRows(differences: readonly Difference[], most: number): Difference[] {
  const rows = new Map<string, Set<string>>();
  return differences.filter(({ projection, key }) => {
    if (isOfStripe(key)) return true;
    const of = rows.get(projection) ?? new Set();
    rows.set(projection, of);
    const row = JSON.stringify(key);
    return of.has(row) || (of.size < most && of.add(row));
  });
}

/** The options for each shard: its share of the sample, and of the progress. */
function partOf({ sample, on_progress }: VerifyOptions, at: number, shards: number): VerifyOptions {
  return {
    sample: sample === undefined ? undefined : Math.ceil(sample / shards),
    on_progress:
      on_progress && ((step) => on_progress({ ...step, share: (at + step.share) / shards })),
  };
}

/**
 * Events in another shard than that of their session. There, a repeated event would not be
 * recognized.
 */
async function findMisplaced(
  { database, tables, stripe }: Shard,
  stripes: number,
): Promise<Difference[]> {
  const [row] = await database.query<{ events: number }>(
    `select count(*)::float8 as events from ${fullName(tables, 'event')} e
    where ${stripeSql('e.project', 'e.session_id', stripes)} <> ${stripe} or e.stripe <> ${tables.stripe}`,
  );
  const actual = row?.events ?? 0;
  if (actual === 0) return [];
  const found = { projection: 'event', key: { stripe }, column: 'misplaced', expected: 0, actual };
  return [toDifference({ key: {}, measures: {} }, found)];
}

function sumOf(audits: readonly Audit[]): Audit {
  const sampled = audits.flatMap(({ sampled_sessions }) => sampled_sessions ?? []);
  const projections = (audits[0]?.projections ?? []).map(({ name }, at): ProjectionAudit => {
    const all = audits.map((audit) => audit.projections[at]);
    return {
      name,
      rows: all.reduce((sum, audit) => sum + (audit?.rows ?? 0), 0),
      differing_rows: all.reduce((sum, audit) => sum + (audit?.differing_rows ?? 0), 0),
    };
  });
  return {
    equal: audits.every(({ equal }) => equal),
    snapshot_at: audits.map(({ snapshot_at }) => snapshot_at).sort()[0] ?? '',
    shards: audits.length,
    events: audits.reduce((sum, { events }) => sum + events, 0),
    projections,
    ...(sampled.length === 0 ? {} : { sampled_sessions: sampled.reduce((a, b) => a + b, 0) }),
    differences: audits.flatMap(({ differences }) => differences),
  };
}
