import { DatabaseError } from 'pg';
import { codeOf } from '../environment/error-fields.js';
import { uniqueViolation } from './sql-states.js';

const networkCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
  'EPIPE',
]);

/** Whether an error says that Postgres is unavailable or shutting down. */
export function isConnectionLoss(error: unknown): boolean {
  const code = codeOf(error);
  if (code !== undefined && networkCodes.has(code)) return true;
  if (error instanceof DatabaseError)
    return code?.startsWith('08') || code?.startsWith('57P') || false;
  return (
    error instanceof AggregateError ||
    (error instanceof Error &&
      /connection (terminated|error)|timeout exceeded|connection (is )?closed/i.test(error.message))
  );
}

/** Whether an error says that transactions conflicted; the statement can be retried. */
export function isConflict(error: unknown): boolean {
  return faultKind(error) === 'conflict';
}

/**
 * The kind of an error: transactions conflicted (`conflict`), nothing can be written to Postgres at the
 * moment (`outage`), a statement took too long (`timeout`), the data was refused (`data`), or
 * none of these (`unknown`), which may also be the data if it repeats.
 */
export type FaultKind = 'conflict' | 'outage' | 'timeout' | 'data' | 'unknown';

/** The first rule that matches a SQLSTATE decides (PostgreSQL manual, appendix A). */
const faultKinds: readonly (readonly [RegExp, FaultKind])[] = [
  [/^40/, 'conflict'],
  // Cancelled by `statement_timeout` or by hand; a lock that was not acquired in time.
  [/^(57014|55P03|25P03|25P04)$/, 'timeout'],
  [/^(21|22|23|54)/, 'data'],
  // Read-only server, rights, names, resources, state, an operator, disk, pooler. A lost connection is known before.
  [/^(0A|25|26|28|34|3D|3F|42|53|55|57000|58|72)/, 'outage'],
];

/** The kind of an error of a write. */
export function faultKind(error: unknown): FaultKind {
  if (isConnectionLoss(error)) return 'outage';
  if (error instanceof DatabaseError) {
    const code = error.code ?? '';
    return faultKinds.find(([pattern]) => pattern.test(code))?.[1] ?? 'unknown';
  }
  // Our own code could not encode this data; other errors of the driver concern its connection.
  return error instanceof TypeError || error instanceof RangeError ? 'unknown' : 'outage';
}

/** Whether an error says that the data itself was refused. */
export function isDataFault(error: unknown): error is DatabaseError {
  return faultKind(error) === 'data';
}

/** Whether an error says that one of our tables already has a row with the same key. */
export function isUniqueViolation(error: unknown, table: string): boolean {
  return error instanceof DatabaseError && error.code === uniqueViolation && error.table === table;
}
