import type { Database } from '../postgres/database.js';
import { jobVersions } from '../queue/job.js';
import { createBatch } from './batch.js';
import { decodeJob } from './decode-job.js';
import { type CompareContent, type Difference, otherContentSql } from './other-content.js';
import { statementOn } from './write-batch.js';

/** Compares batches with the log of a store. */
export function compareContentIn(database: Database): CompareContent {
  const statement = statementOn<{ found: readonly Difference[] }>(
    database.pool,
    otherContentSql(),
    false,
  );
  return async (batch) => (await statement(batch, [])).found;
}

/** Which of some events the log holds under their ids with another content: place → fields that differ. */
export async function findOtherContent(
  compare: CompareContent,
  project: number,
  events: readonly unknown[],
): Promise<ReadonlyMap<number, readonly string[]>> {
  const batch = createBatch([decodeJob('compare', { v: jobVersions.objects, project, events })]);
  const [job] = batch.jobs;
  const found = await compare(batch);
  return new Map(
    found.map(([place, fields]) => [job?.positions[batch.order[place] ?? 0] ?? 0, fields]),
  );
}
