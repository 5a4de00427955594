import type { PoolClient, QueryResult, QueryResultRow } from 'pg';
import type { Database } from '../../postgres/database.js';
import { longWorkSettings } from '../../postgres/in-transaction.js';
import { fullName, settingsSql, type TableNames } from '../../store/shards/table-names.js';
import type { Projection } from '../language/projection.js';
import type { RebuildClaim } from './rebuild-claim.js';
import type { RebuildProgress, RebuildStep } from './rebuild-options.js';
import { type ShortLockOptions, underLock } from './writer-lock.js';

/** What the steps of a rebuild share. */
export interface RebuildRun {
  /** The connection that holds the claim. Every step runs on it, except for those in lanes. */
  readonly client: PoolClient;
  readonly schema: string;
  /** The projections to rebuild. */
  readonly targets: readonly Projection[];
  /** The same, and the finer projections that they fold; finer ones first. */
  readonly folded: readonly Projection[];
  /** The live tables. In a divided store, those of one shard. */
  readonly tables: TableNames;
  /** Whether these are all tables of the store. The store then records what was rebuilt. */
  readonly is_whole: boolean;
  /** The log, with its schema. */
  readonly events: string;
  /** The table that holds a projection. */
  readonly liveOf: (projection: Projection) => string;
  /** The tables in which projections are built. */
  readonly shadows: TableNames;
  /** The table in which a projection is built. */
  readonly shadowOf: (projection: Projection) => string;
  /**
   * Whether the live totals are known to differ from the log. The shadows are then written to the
   * server's write-ahead log from the start, at a tenth of the cost of doing so at the end.
   */
  readonly expects_swap: boolean;
  /** Runs `count` statements in parallel, each in a separate transaction. Returns their rows. */
  runAll(
    step: RebuildStep,
    count: number,
    statement: (at: number) => string,
  ): Promise<QueryResultRow[]>;
  underLock<T>(options: Pick<ShortLockOptions, 'exclusive'>, work: () => Promise<T>): Promise<T>;
  /** Reports the progress. The rebuild can be stopped here. */
  reach(step: RebuildStep, done?: number, total?: number): Promise<void>;
  readonly patience_ms: number;
  /** The longest time that writers were blocked, in milliseconds. */
  longestLock(): number;
}

/**
 * Settings of the statements that fold. A rebuild that dies starts over, so nothing waits for the
 * disk. The planner expects a slice to be a two-hundredth of a table, and would sort instead of
 * hash. Nested loops are off, because the recorded events grow during the rebuild and have no
 * statistics.
 */
const sessionSettings =
  "set local synchronous_commit = off; set local work_mem = '128MB'; set local maintenance_work_mem = '256MB'; " +
  'set local max_parallel_workers_per_gather = 0; set local max_parallel_maintenance_workers = 0; ' +
  `${longWorkSettings}; ` +
  'set local enable_sort = off; set local enable_mergejoin = off; set local enable_nestloop = off';

export function createRun(options: {
  readonly database: Database;
  readonly client: PoolClient;
  readonly claim: RebuildClaim;
  readonly tables: TableNames;
  readonly targets: readonly Projection[];
  readonly expects_swap: boolean;
  readonly lanes: number;
  readonly patience_ms: number;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: ((progress: RebuildProgress) => void | Promise<void>) | undefined;
}): RebuildRun {
  const { database, client, claim, tables, targets, expects_swap, patience_ms, signal } = options;
  const { onProgress } = options;
  const events = fullName(tables, 'event');
  const shadows = { ...tables, schema: claim.schema };
  const folded = withFiner(targets);
  const lanes = Math.max(1, Math.min(options.lanes, database.pool.options.max ?? 1));
  let longest = 0;
  let beat = performance.now();

  /** The heartbeat runs on the connection of the claim, so only that connection's lane makes it: others find it busy. */
  const reach = async (on: PoolClient, step: RebuildStep, done: number, total: number) => {
    if (on === client && performance.now() - beat > 1_000) {
      beat = performance.now();
      await claim.beat(step, done / Math.max(1, total));
    }
    await onProgress?.({ step, done, total });
    signal?.throwIfAborted();
  };

  const run: RebuildRun = {
    client,
    schema: claim.schema,
    targets,
    folded,
    expects_swap,
    tables,
    is_whole: tables.stripe === undefined,
    events,
    liveOf: ({ name }) => fullName(tables, name),
    shadows,
    shadowOf: ({ name }) => fullName(shadows, name),
    patience_ms,
    longestLock: () => longest,
    async runAll(step, count, statement) {
      const answers: QueryResultRow[] = [];
      let next = 0;
      let done = 0;
      let failed = false;
      const lane = async (on: PoolClient) => {
        while (next < count && !failed) {
          try {
            // Several statements in one message give several results.
            const results = (await on.query(
              `begin; ${sessionSettings}${settingsSql(tables, 'set local')}; ${statement(next++)}; commit`,
            )) as unknown as QueryResult[];
            for (const { rows } of results) answers.push(...rows);
            await reach(on, step, ++done, count);
          } catch (error) {
            failed = true;
            await on.query('rollback').catch(() => undefined);
            throw error;
          }
        }
      };
      const others = Array.from({ length: Math.max(0, Math.min(lanes, count) - 1) }, async () => {
        const other = await database.pool.connect();
        // A broken connection fails the running query, which reports it. The event only repeats
        // that.
        const ignore = () => undefined;
        other.on('error', ignore);
        try {
          await lane(other);
        } finally {
          other.off('error', ignore);
          other.release();
        }
      });
      const ends = await Promise.allSettled([lane(client), ...others]);
      for (const end of ends) if (end.status === 'rejected') throw end.reason;
      return answers;
    },
    underLock: (lock, work) =>
      underLock(
        client,
        {
          ...lock,
          events,
          patience_ms,
          signal,
          onReleased: (held) => {
            longest = Math.max(longest, held);
          },
        },
        work,
      ),
    reach: (step, done = 1, total = 1) => reach(client, step, done, total),
  };
  return run;
}

function withFiner(targets: readonly Projection[]): Projection[] {
  const folded: Projection[] = [];
  const add = (projection: Projection) => {
    if (projection.from !== undefined) add(projection.from);
    if (!folded.includes(projection)) folded.push(projection);
  };
  for (const target of targets) add(target);
  return folded;
}
