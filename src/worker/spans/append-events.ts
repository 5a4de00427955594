import type pg from 'pg';
import { decodeJob } from '../../append/decode-job.js';
import type { Reject } from '../../append/reject.js';
import {
  type BatchOutcome,
  type RunStatement,
  statementOn,
  writeBatch,
} from '../../append/write-batch.js';
import type { SettledEvent } from '../../otlp/spans/settle-trace.js';
import type { PriceBook } from '../../pricing/price-book.js';
import { priceEvents } from '../../pricing/price-events.js';
import { appendAndFoldSql } from '../../projections/fold/append-and-fold.js';
import { overflowSql } from '../../projections/fold/overflow-sql.js';
import type { Projection } from '../../projections/language/projection.js';
import { jobVersions } from '../../queue/job.js';

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
  readonly projections: readonly Projection[];
  /** Whether connections keep prepared statements apart. */
  readonly isPrepared: boolean;
}): AppendEvents {
  const { book, projections, isPrepared } = options;
  const text = appendAndFoldSql(projections, { repeats: 'skip' });
  const overflows = overflowSql(projections);
  const statements = new WeakMap<pg.PoolClient, RunStatement>();

  const statementFor = (client: pg.PoolClient): RunStatement => {
    const known = statements.get(client);
    if (known !== undefined) return known;
    const run = statementOn(client, text, isPrepared);
    const statement: RunStatement = async (batch, rejects) => {
      for (const { project, events } of batch.jobs) priceEvents(book, project, events);
      await client.query('savepoint events');
      try {
        return await run(batch, rejects);
      } catch (error) {
        // The event at fault is looked for in parts of the batch, in the same transaction. Where the
        // connection is gone this fails as well, and the first error tells the story.
        await client.query('rollback to savepoint events').catch(() => undefined);
        throw error;
      }
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
    return writeBatch(
      statementFor(client),
      rejects.length === 0 ? jobs : [...jobs, { ...own, rejects }],
      {
        findOverflows: async (batch) => {
          const find = statementOn<{ places: readonly number[] }>(client, overflows, false);
          return (await find(batch, [])).places;
        },
      },
    );
  };
}
