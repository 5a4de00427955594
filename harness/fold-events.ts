import { randomUUID } from 'node:crypto';
import { decodeJob } from '#runfold/append/decode-job.js';
import { type BatchOutcome, writeBatch } from '#runfold/append/write-batch.js';
import { type EventWriter, openEventWriter } from '#runfold/append/writer/event-writer.js';
import type { MetricEventInput } from '#runfold/events/metric-event.js';
import type { Database } from '#runfold/postgres/database.js';
import { projections } from '#runfold/projections/projections.js';
import { jobVersions } from '#runfold/queue/job.js';

const writers = new WeakMap<Database, EventWriter>();

/** The writer of a database, kept as a worker keeps its own: making the statements takes ten times as long as a small batch. */
function writerOf(database: Database): EventWriter {
  const kept = writers.get(database) ?? openEventWriter(database, projections);
  writers.set(database, kept);
  return kept;
}

/**
 * Writes events to the store as a worker does, without a queue: one job, one batch. An event
 * without an id gets a random one; an invalid event becomes a reject.
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
  const { run, findOverflows } = writerOf(database);
  return writeBatch(run, [decodeJob(randomUUID(), job)], { findOverflows });
}
