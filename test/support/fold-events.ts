import { randomUUID } from 'node:crypto';
import type { MetricEventInput } from '#runfold/events/metric-event.js';
import { jobVersions } from '#runfold/ingest/event-job.js';
import { appendAndFoldSql } from '#runfold/projections/append-and-fold.js';
import { projections } from '#runfold/projections/projections.js';
import type { Database } from '#runfold/store/database.js';
import { decodeJob } from '#runfold/worker/decode-job.js';
import { type BatchOutcome, statementOn, writeBatch } from '#runfold/worker/write-batch.js';

/**
 * Writes events to the store as a worker does, without a queue: one job, one batch. An event
 * without an id is given a random one; what is not an event becomes a reject.
 */
export function foldEvents(
  database: Database,
  events: readonly (MetricEventInput | Record<string, unknown>)[],
  project = 1,
): Promise<BatchOutcome> {
  const complete = events.map((event) => ({
    id: randomUUID(),
    occurred_at: new Date().toISOString(),
    ...event,
  }));
  const job = JSON.parse(JSON.stringify({ v: jobVersions.objects, project, events: complete }));
  const run = statementOn(database.pool, appendAndFoldSql(projections), true);
  return writeBatch(run, [decodeJob(randomUUID(), job)]);
}
