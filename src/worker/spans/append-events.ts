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
import { statementWithin } from '../../append/writer/within-transaction.js';
import type { SettledEvent } from '../../otlp/spans/settle-trace.js';
import type { Database } from '../../postgres/database.js';
import type { PriceBook } from '../../pricing/price-book.js';
import { priceEvents } from '../../pricing/price-events.js';
import { overflowSql } from '../../projections/fold/overflow-sql.js';
import type { Projection } from '../../projections/language/projection.js';
import { jobVersions } from '../../queue/job.js';
import { shardMapOf } from '../../store/shards/open-shard-map.js';
import type { ShardMap } from '../../store/shards/shard-map.js';

/** Appends and folds events, by project, within the transaction of a connection. */
export type AppendEvents = (
  client: pg.PoolClient,
  jobId: string,
  events: ReadonlyMap<number, readonly SettledEvent[]>,
  rejects: readonly Reject[],
) => Promise<BatchOutcome>;

/** Events that a book prices. It must have been refreshed before the transaction began. */
export function appendEventsWith(options: {
  readonly book: PriceBook;
  readonly database: Database;
  readonly projections: readonly Projection[];
}): AppendEvents {
  const { book, database, projections } = options;
  const prepared = !database.shares_session;
  const overflows = overflowSql(projections);
  const statements = new WeakMap<pg.PoolClient, RunStatement>();

  const statementFor = (client: pg.PoolClient, map: ShardMap): RunStatement => {
    const known = statements.get(client);
    if (known !== undefined) return known;
    const around = (run: RunStatement) => withSavepoint(client, run);
    const run = statementWithin(client, { map, projections, prepared, around });
    const statement: RunStatement = (batch, rejects) => {
      for (const { project, events } of batch.jobs) priceEvents(book, project, events);
      return run(batch, rejects);
    };
    statements.set(client, statement);
    return statement;
  };

  return async (client, jobId, events, rejects) => {
    if (events.size === 0 && rejects.length === 0) return { applied: 0, duplicate: 0, rejected: 0 };
    const jobs = [...events].map(([project, list]) =>
      decodeJob(`${jobId}/${project}`, {
        v: jobVersions.objects,
        project,
        events: list,
      }),
    );
    const own = decodeJob(jobId, { v: jobVersions.objects, project: 1, events: [] });
    const map = await shardMapOf(database);
    const findOverflows: WriteOptions['findOverflows'] = async (batch) => {
      const find = statementOn<{ places: readonly number[] }>(client, overflows, false);
      return (await find(batch, [])).places;
    };
    return writeBatch(
      statementFor(client, map),
      rejects.length === 0 ? jobs : [...jobs, { ...own, rejects }],
      // In a store that is divided the events at fault are looked for in the halves of a stripe.
      map.is_divided ? {} : { findOverflows },
    );
  };
}

/** The event at fault is looked for in parts of the batch, in the same transaction. */
function withSavepoint(client: pg.PoolClient, run: RunStatement): RunStatement {
  return async (batch, rejects) => {
    await client.query('savepoint events');
    try {
      return await run(batch, rejects);
    } catch (error) {
      // Where the connection is gone this fails as well, and the first error tells the story.
      await client.query('rollback to savepoint events').catch(() => undefined);
      throw error;
    }
  };
}
