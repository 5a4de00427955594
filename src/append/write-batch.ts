import type { DatabaseError } from 'pg';
import { codeOf } from '../environment/error-fields.js';
import { eventAt } from '../events/columns/event-columns.js';
import { faultKind } from '../postgres/database-errors.js';
import { numericValueOutOfRange } from '../postgres/sql-states.js';
import { byProject, createBatch, type EventBatch, jobOf } from './batch.js';
import type { RunStatement } from './batch-statement.js';
import type { DecodedJob } from './decode-job.js';
import { inAscii, type Reject, rejectOf, withoutContent } from './reject.js';

export { type RunStatement, statementOn } from './batch-statement.js';

/** What became of a batch: received = applied + duplicate + rejected, always. */
export interface BatchOutcome {
  readonly applied: number;
  readonly duplicate: number;
  readonly rejected: number;
}

/** How faults of a batch are found. */
export interface WriteOptions {
  /**
   * Places in `order` of the events that would take a total out of its range: found at once, where halves
   * would have to be tried until each stands alone.
   */
  readonly findOverflows?: ((batch: EventBatch) => Promise<readonly number[]>) | undefined;
  /** Whether the batch has failed before: then a fault of an unknown kind is looked for in the data. */
  readonly is_repeated?: boolean;
}

/**
 * Appends and folds the events of jobs. When Postgres refuses the data, halves of the batch are tried until
 * the fault stands alone; that event is rejected and the rest goes in. The events of other projects go in
 * first. What takes too long is made smaller, and rejected never. Other errors are thrown, and the jobs
 * may be written again: the log's key sees to it that nothing counts twice.
 */
export async function writeBatch(
  run: RunStatement,
  jobs: readonly DecodedJob[],
  options: WriteOptions = {},
): Promise<BatchOutcome> {
  const batch = createBatch(jobs);
  const rejects = jobs.flatMap((job) => job.rejects);
  try {
    return await writeOnce(run, batch, rejects);
  } catch (error) {
    const groups = byProject(batch);
    if (groups.length < 2 || !canBeData(error, options)) {
      return writeParts(run, batch, rejects, error, options);
    }
    // One project's fault keeps nobody else waiting.
    const failed: (readonly [EventBatch, unknown])[] = [];
    let total = await writeEvents(run, { ...batch, order: [] }, rejects, options);
    for (const order of groups) {
      const group = { ...batch, order };
      try {
        total = sum(total, await writeOnce(run, group, []));
      } catch (fault) {
        failed.push([group, fault]);
      }
    }
    for (const [group, fault] of failed) {
      total = sum(total, await writeParts(run, group, [], fault, options));
    }
    return total;
  }
}

async function writeOnce(
  run: RunStatement,
  batch: EventBatch,
  rejects: readonly Reject[],
): Promise<BatchOutcome> {
  const answer = await run(batch, rejects);
  return {
    applied: answer.applied,
    duplicate: batch.order.length - answer.applied + (rejects.length - answer.rejected),
    rejected: answer.rejected,
  };
}

/** Appends and folds events of a batch as `writeBatch` does, without looking at whose they are. */
export async function writeEvents(
  run: RunStatement,
  batch: EventBatch,
  rejects: readonly Reject[],
  options: WriteOptions,
): Promise<BatchOutcome> {
  try {
    return await writeOnce(run, batch, rejects);
  } catch (error) {
    return writeParts(run, batch, rejects, error, options);
  }
}

/** Writes in parts what failed as a whole. @throws what failed, where parts would not help. */
async function writeParts(
  run: RunStatement,
  batch: EventBatch,
  rejects: readonly Reject[],
  error: unknown,
  options: WriteOptions,
): Promise<BatchOutcome> {
  const { order } = batch;
  const isData = canBeData(error, options);
  if (!isData && faultKind(error) !== 'timeout') throw error;
  if (order.length === 0) {
    if (!isData) throw error;
    return writeRejects(run, batch, rejects, error);
  }
  const [only] = order;
  if (order.length === 1 && only !== undefined) {
    // A lock that another holds, or a limit of the operator, says nothing about an event.
    if (!isData) throw error;
    const all = [...rejects, rejectByPostgres(batch, only, error)];
    return writeEvents(run, { ...batch, order: [] }, all, options);
  }
  if (codeOf(error) === numericValueOutOfRange && options.findOverflows !== undefined) {
    const { findOverflows, ...rest } = options;
    const places = new Set(await findOverflows(batch));
    const fitting = order.filter((_, place) => !places.has(place));
    const found = order
      .filter((_, place) => places.has(place))
      .map((event) => rejectByPostgres(batch, event, error));
    return writeEvents(run, { ...batch, order: fitting }, [...rejects, ...found], rest);
  }
  const half = order.length >> 1;
  const first = { ...batch, order: order.slice(0, half) };
  const second = { ...batch, order: order.slice(half) };
  return sum(
    await writeEvents(run, first, rejects, options),
    await writeEvents(run, second, [], options),
  );
}

/** The way out for what cannot be taken is always open: at the last, only that there was something. */
async function writeRejects(
  run: RunStatement,
  batch: EventBatch,
  rejects: readonly Reject[],
  error: unknown,
): Promise<BatchOutcome> {
  const reason = error instanceof Error ? error.message : String(error);
  let total = { applied: 0, duplicate: 0, rejected: 0 };
  for (const reject of rejects) {
    const forms = [reject, inAscii(reject), withoutContent(reject, reason)];
    total = sum(total, await writeFirst(run, batch, forms));
  }
  return total;
}

async function writeFirst(run: RunStatement, batch: EventBatch, forms: readonly Reject[]) {
  for (const [at, form] of forms.entries()) {
    try {
      return await writeOnce(run, batch, [form]);
    } catch (error) {
      if (faultKind(error) !== 'data' || at === forms.length - 1) throw error;
    }
  }
  throw new Error('Expected a form of the reject to write, got none.');
}

function canBeData(error: unknown, { is_repeated = false }: WriteOptions): boolean {
  const kind = faultKind(error);
  return kind === 'data' || (kind === 'unknown' && is_repeated);
}

function sum(a: BatchOutcome, b: BatchOutcome): BatchOutcome {
  return {
    applied: a.applied + b.applied,
    duplicate: a.duplicate + b.duplicate,
    rejected: a.rejected + b.rejected,
  };
}

function rejectByPostgres(batch: EventBatch, event: number, error: unknown): Reject {
  const { job, at } = jobOf(batch, event);
  const { message, code } = error as Partial<DatabaseError>;
  return rejectOf({
    job_id: job.job_id,
    project: job.project,
    position: job.positions[at] ?? at,
    code: code ?? 'data_fault',
    message:
      code === numericValueOutOfRange
        ? `Expected figures that the totals have room for, got: ${message}`
        : `Expected an event that Postgres can store, got: ${message}`,
    payload: eventAt(job.events, at),
  });
}
