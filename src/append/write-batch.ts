import type { DatabaseError } from 'pg';
import { codeOf } from '../environment/error-fields.js';
import { eventAt } from '../events/columns/event-columns.js';
import { faultKind } from '../postgres/postgres-errors.js';
import { numericValueOutOfRange } from '../postgres/sql-states.js';
import { byProject, createBatch, type EventBatch, jobOf } from './batch.js';
import type { RunStatement } from './batch-statement.js';
import type { DecodedJob } from './decode-job.js';
import { inAscii, type Reject, toReject, withoutContent } from './reject.js';

export { type RunStatement, statementOn } from './batch-statement.js';

/** The outcome of a batch: received = applied + duplicate + rejected, always. */
export interface BatchOutcome {
  readonly applied: number;
  readonly duplicate: number;
  readonly rejected: number;
}

/** How invalid events in a batch are found. */
export interface WriteOptions {
  /**
   * Finds the events that would take a total out of its range, by their positions in `order`.
   * Without it, halves of the batch are tried until each such event is alone.
   */
  readonly findOverflows?: ((batch: EventBatch) => Promise<readonly number[]>) | undefined;
  /**
   * Whether the batch has failed before. Then an unknown error is assumed to come from its data.
   */
  readonly is_repeated?: boolean;
}

/**
 * Appends and folds the events of jobs. When Postgres refuses the data, halves of the batch are
 * tried until the invalid event is alone; that event is rejected and the rest is written. The
 * events of other projects are written first. A batch that takes too long is split, never rejected.
 * Other errors are thrown, and the jobs may be written again: the log's key makes sure that nothing
 * counts twice.
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
    // An error of one project does not delay the others.
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

/** Appends and folds events like `writeBatch`, without separating projects. */
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

/** Writes a failed batch in parts. @throws the error, if parts would not help. */
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
    // A lock that another transaction holds, or a limit set by the operator, says nothing about an
    // event.
    if (!isData) throw error;
    const all = [...rejects, rejectByPostgres(batch, only, error)];
    return writeEvents(run, { ...batch, order: [] }, all, options);
  }
  if (codeOf(error) === numericValueOutOfRange && options.findOverflows !== undefined) {
    const { findOverflows, ...rest } = options;
    const overflowing = new Set(await findOverflows(batch));
    const fitting = order.filter((_, index) => !overflowing.has(index));
    const found = order
      .filter((_, index) => overflowing.has(index))
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

/** Every reject can be stored: in the worst case without its content. */
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
  return toReject({
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
