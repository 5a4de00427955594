import type { DatabaseError, Pool } from 'pg';
import { compareRows, type LogRow, projectOfRow } from '../events/log-row.js';
import { isDataFault } from '../store/database-errors.js';
import type { PlacedRow } from './decode-job.js';
import { encodeRows } from './encode-rows.js';
import { type Reject, rejectOf } from './reject.js';

/** What became of a batch: received = applied + duplicate + rejected, always. */
export interface BatchOutcome {
  readonly applied: number;
  readonly duplicate: number;
  readonly rejected: number;
}

/** Runs the append-and-fold statement. */
export type RunStatement = (
  rows: readonly LogRow[],
  rejects: readonly Reject[],
) => Promise<{ readonly applied: number; readonly rejected: number }>;

/** The statement on a pool, prepared once a connection where the server keeps sessions apart. */
export function statementOn(pool: Pool, text: string, prepared: boolean): RunStatement {
  const name = prepared ? { name: 'runfold_append_and_fold' } : {};
  return async (rows, rejects) => {
    const values = [JSON.stringify(rejects), ...encodeRows(rows)];
    const { rows: answers } = await pool.query({ ...name, text, values });
    return answers[0];
  };
}

/**
 * Appends and folds one batch. When Postgres finds fault with the data, halves of the batch are
 * tried until the fault stands alone; that event is rejected and the rest goes in. Errors that are
 * not the data's fault are thrown, and the batch may be written again: the log's key sees to it
 * that nothing counts twice.
 */
export async function writeBatch(
  run: RunStatement,
  rows: readonly PlacedRow[],
  rejects: readonly Reject[],
): Promise<BatchOutcome> {
  try {
    const answer = await run(sorted(rows), rejects);
    return {
      applied: answer.applied,
      duplicate: rows.length - answer.applied + (rejects.length - answer.rejected),
      rejected: answer.rejected,
    };
  } catch (error) {
    if (!isDataFault(error) || rows.length === 0) throw error;
    const [only] = rows;
    if (rows.length === 1 && only !== undefined) {
      return writeBatch(run, [], [...rejects, rejectByPostgres(only, error)]);
    }
    const half = rows.length >> 1;
    const first = await writeBatch(run, rows.slice(0, half), rejects);
    const second = await writeBatch(run, rows.slice(half), []);
    return {
      applied: first.applied + second.applied,
      duplicate: first.duplicate + second.duplicate,
      rejected: first.rejected + second.rejected,
    };
  }
}

/** Rows go in sorted by key, so that concurrent writers take their locks in one order. */
function sorted(rows: readonly PlacedRow[]): LogRow[] {
  return rows.map(({ row }) => row).sort(compareRows);
}

function rejectByPostgres(placed: PlacedRow, error: DatabaseError): Reject {
  return rejectOf({
    job_id: placed.job_id,
    project: projectOfRow(placed.row),
    position: placed.position,
    code: error.code ?? 'data_fault',
    message: `Expected an event that Postgres can store, got: ${error.message}`,
    payload: placed.event,
  });
}
