import { hash } from 'node:crypto';
import type { ClientBase, DatabaseError, Pool } from 'pg';
import { eventAt } from '../events/columns/event-columns.js';
import { logColumns } from '../events/columns/log-columns.js';
import { beginBind, endBind, putParameter } from '../postgres/bind-message.js';
import { bindQuery } from '../postgres/bind-query.js';
import { type ByteArena, createArena } from '../postgres/byte-arena.js';
import { isDataFault } from '../postgres/database-errors.js';
import { createBatch, type EventBatch } from './batch.js';
import type { DecodedJob } from './decode-job.js';
import { encodeBatch } from './encode-batch.js';
import { type Reject, rejectOf } from './reject.js';

/** What became of a batch: received = applied + duplicate + rejected, always. */
export interface BatchOutcome {
  readonly applied: number;
  readonly duplicate: number;
  readonly rejected: number;
}

/** Runs the append-and-fold statement. */
export type RunStatement = (batch: EventBatch, rejects: readonly Reject[]) => Promise<BatchAnswer>;

/** What the statement answers: how many events and how many rejects were new. */
export interface BatchAnswer {
  readonly applied: number;
  readonly rejected: number;
}

/** What an arena begins with; it grows to what a batch takes. */
const arenaBytes = 65_536;
/** The largest arena that is used again: twice what a usual batch of 5,000 events takes. */
const keptBytes = 8 * 1_048_576;
const formats = ['text', ...logColumns.map(() => 'binary' as const)] as const;

/**
 * The statement on a pool or on one connection, prepared once a connection where the server keeps
 * sessions apart.
 */
export function statementOn(on: Pool | ClientBase, text: string, prepared: boolean): RunStatement {
  const statement = prepared ? { name: nameOf(text), text } : { text };
  const free: ByteArena[] = [];
  return async (batch, rejects) => {
    const arena = free.pop() ?? createArena(arenaBytes);
    beginBind(arena, statement.name ?? '', formats);
    putParameter(arena, () => putText(arena, JSON.stringify(rejects)));
    encodeBatch(batch, arena);
    endBind(arena);
    const [answer] = await bindQuery<BatchAnswer>(on, statement, arena.written());
    if (answer === undefined) throw new Error('Expected an answer of one row, got none.');
    // After an error a connection may still be about to send; what it would send stays as it is.
    if (arena.buffer.length <= keptBytes) free.push(arena);
    return answer;
  };
}

function putText(arena: ByteArena, text: string): void {
  arena.reserve(Buffer.byteLength(text));
  arena.at += arena.buffer.write(text, arena.at);
}

/** A name of its own for each text: a connection keeps a prepared statement by its name. */
function nameOf(text: string): string {
  return `runfold_${hash('sha1', text).slice(0, 16)}`;
}

/**
 * Appends and folds the events of jobs. When Postgres finds fault with the data, halves of the batch
 * are tried until the fault stands alone; that event is rejected and the rest goes in. Errors that
 * are not the data's fault are thrown, and the jobs may be written again: the log's key sees to it
 * that nothing counts twice.
 */
export function writeBatch(run: RunStatement, jobs: readonly DecodedJob[]): Promise<BatchOutcome> {
  return writeEvents(
    run,
    createBatch(jobs),
    jobs.flatMap(({ rejects }) => rejects),
  );
}

async function writeEvents(
  run: RunStatement,
  batch: EventBatch,
  rejects: readonly Reject[],
): Promise<BatchOutcome> {
  const { order } = batch;
  try {
    const answer = await run(batch, rejects);
    return {
      applied: answer.applied,
      duplicate: order.length - answer.applied + (rejects.length - answer.rejected),
      rejected: answer.rejected,
    };
  } catch (error) {
    if (!isDataFault(error) || order.length === 0) throw error;
    const [only] = order;
    if (order.length === 1 && only !== undefined) {
      return writeEvents(run, { ...batch, order: [] }, [
        ...rejects,
        rejectByPostgres(batch, only, error),
      ]);
    }
    const half = order.length >> 1;
    const first = await writeEvents(run, { ...batch, order: order.slice(0, half) }, rejects);
    const second = await writeEvents(run, { ...batch, order: order.slice(half) }, []);
    return {
      applied: first.applied + second.applied,
      duplicate: first.duplicate + second.duplicate,
      rejected: first.rejected + second.rejected,
    };
  }
}

function rejectByPostgres(batch: EventBatch, event: number, error: DatabaseError): Reject {
  const number = batch.job_of[event] ?? 0;
  const job = batch.jobs[number];
  if (job === undefined) throw new Error(`Expected the job of event ${event}, got none.`);
  const at = event - (batch.starts[number] ?? 0);
  return rejectOf({
    job_id: job.job_id,
    project: job.project,
    position: job.positions[at] ?? at,
    code: error.code ?? 'data_fault',
    message: `Expected an event that Postgres can store, got: ${error.message}`,
    payload: eventAt(job.events, at),
  });
}
