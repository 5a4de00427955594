import type pg from 'pg';
import { decodeJob } from '../../append/decode-job.js';
import type { Reject } from '../../append/reject.js';
import {
  type BatchOutcome,
  type RunStatement,
  statementOn,
  type WriteOptions,
  writeBatch,
} from '../../append/write-batch.js';
import { type EventWriter, writerTo } from '../../append/writer/event-writer.js';
import { storeRejectsOn } from '../../append/writer/store-rejects.js';
import { statementWithin } from '../../append/writer/within-transaction.js';
import type { SettledEvent } from '../../otlp/spans/settle-trace.js';
import type { Database } from '../../postgres/database.js';
import type { PriceBook } from '../../pricing/price-book.js';
import { priceEvents } from '../../pricing/price-events.js';
import { overflowSql } from '../../projections/fold/overflow-sql.js';
import type { Projection } from '../../projections/language/projection.js';
import { jobVersions } from '../../queue/job.js';
import {
  isDividedSince,
  refusesWhole,
  StoreDividedError,
} from '../../store/shards/open-shard-map.js';
import type { ShardMap } from '../../store/shards/shard-map.js';

/** Appends and folds events, by project, within the transaction of a connection. */
export type AppendEvents = (
  client: pg.PoolClient,
  /** Where the shards are. It is read before the transaction. */
  map: ShardMap,
  jobId: string,
  events: ReadonlyMap<number, readonly SettledEvent[]>,
  rejects: readonly Reject[],
) => Promise<BatchOutcome>;

/**
 * Appends events that a price book prices. The book must be refreshed before the transaction
 * begins.
 */
export function appendEventsWith(options: {
  readonly book: PriceBook;
  readonly database: Database;
  readonly projections: readonly Projection[];
}): AppendEvents {
  const { book, database, projections } = options;
  const prepared = !database.shares_session;
  const overflows = overflowSql(projections);
  const statements = new WeakMap<pg.PoolClient, { map: ShardMap; run: RunStatement }>();

  const statementFor = (client: pg.PoolClient, map: ShardMap): RunStatement => {
    const known = statements.get(client);
    if (known?.map === map) return known.run;
    const around = (run: RunStatement) => withSavepoint(client, unlessDivided(run, database, map));
    const run = statementWithin(client, { map, projections, prepared, around });
    statements.set(client, { map, run });
    return run;
  };

  const writers = new WeakMap<pg.PoolClient, EventWriter>();
  const writerOn = (client: pg.PoolClient, map: ShardMap): EventWriter => {
    const known = writers.get(client);
    if (known !== undefined) return known;
    // Within a transaction nothing may wait for another connection of this pool.
    const writer = writerTo(map, database, projections, storeRejectsOn(client));
    writers.set(client, writer);
    return writer;
  };

  return async (client, map, jobId, events, rejects) => {
    if (events.size === 0 && rejects.length === 0) return { applied: 0, duplicate: 0, rejected: 0 };
    const jobs = [...events].map(([project, list]) =>
      decodeJob(`${jobId}/${project}`, {
        v: jobVersions.objects,
        project,
        events: list,
      }),
    );
    for (const job of jobs) priceEvents(book, job.project, job.events);
    const own = decodeJob(jobId, { v: jobVersions.objects, project: 1, events: [] });
    if (map.is_spread === true) {
      // The events are on other servers, which commit them first. If this transaction then fails, its job comes again, and
      // they are known by their ids.
      const { run, findOverflows } = writerOn(client, map);
      await storeRejectsOn(client)(rejects);
      const outcome = await writeBatch(run, jobs, { findOverflows });
      return { ...outcome, rejected: outcome.rejected + rejects.length };
    }
    const findOverflows: WriteOptions['findOverflows'] = async (batch) => {
      const find = statementOn<{ places: readonly number[] }>(client, overflows, false);
      return (await find(batch, [])).places;
    };
    return writeBatch(
      statementFor(client, map),
      rejects.length === 0 ? jobs : [...jobs, { ...own, rejects }],
      // In a divided store the invalid events are found by halving a stripe.
      map.is_divided ? {} : { findOverflows },
    );
  };
}

/**
 * A store that is divided while the worker runs refuses the statement. That says nothing about the
 * events.
 */
function unlessDivided(run: RunStatement, database: Database, map: ShardMap): RunStatement {
  return async (batch, rejects) => {
    try {
      return await run(batch, rejects);
    } catch (error) {
      if (refusesWhole(error) && (await isDividedSince(database, map))) {
        throw new StoreDividedError();
      }
      throw error;
    }
  };
}

/** Parts of the batch are tried in the same transaction to find the invalid event. */
function withSavepoint(client: pg.PoolClient, run: RunStatement): RunStatement {
  return async (batch, rejects) => {
    await client.query('savepoint events');
    try {
      return await run(batch, rejects);
    } catch (error) {
      // On a broken connection this fails as well. The first error is the one that matters.
      await client.query('rollback to savepoint events').catch(() => undefined);
      throw error;
    }
  };
}
