import { DatabaseError } from 'pg';

/** The store cannot be used as things stand; `code` says why. */
export class StoreUnavailableError extends Error {
  constructor(
    readonly code:
      | 'database_unreachable'
      | 'database_refused'
      | 'database_missing'
      | 'migrations_missing'
      | 'migrations_newer'
      | 'unsupported_encoding',
    message: string,
    cause?: unknown,
  ) {
    super(message, { cause });
    this.name = 'StoreUnavailableError';
  }
}

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

/** The SQLSTATE or system code of an error; undefined when it has none. */
export function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** Says in our words what keeps the store from being used; other errors come back as they are. */
export function explainDatabaseError(error: unknown): unknown {
  // What has been explained says it already.
  if (error instanceof StoreUnavailableError) return error;
  const code = codeOf(error);
  const text = error instanceof Error ? error.message : String(error);
  if (code === '28P01' || code === '28000') {
    return new StoreUnavailableError(
      'database_refused',
      `Expected Postgres to accept the user and password, got: ${text}. Check DATABASE_URL.`,
      error,
    );
  }
  if (code === '3D000') {
    return new StoreUnavailableError(
      'database_missing',
      `Expected the database of DATABASE_URL to exist, got: ${text}. Create it first.`,
      error,
    );
  }
  if (isMissingObject(code) && /runfold/.test(text)) {
    return new StoreUnavailableError(
      'migrations_missing',
      `Expected a database with Runfold's tables, got: ${text}. Run "runfold migrate".`,
      error,
    );
  }
  if (isConnectionLoss(error)) {
    return new StoreUnavailableError(
      'database_unreachable',
      `Expected Postgres to answer, got: ${text || code}. Check that it runs and that DATABASE_URL names it.`,
      error,
    );
  }
  return error;
}

const isMissingObject = (code: string | undefined) =>
  code === '42P01' || code === '3F000' || code === '42703';

/** Whether an error says that Postgres is away or going away. */
export function isConnectionLoss(error: unknown): boolean {
  const code = codeOf(error);
  if (code !== undefined && networkCodes.has(code)) return true;
  if (error instanceof DatabaseError)
    return code?.startsWith('08') || code?.startsWith('57P') || false;
  return (
    error instanceof AggregateError ||
    (error instanceof Error &&
      /connection terminated|timeout exceeded|connection (is )?closed/i.test(error.message))
  );
}

/** Whether an error says that two transactions met; the same statement may be run again. */
export function isConflict(error: unknown): boolean {
  return faultKind(error) === 'conflict';
}

/**
 * What failed: two transactions met (`conflict`), Postgres or its operator keeps anything from being
 * written (`outage`), a statement took too long (`timeout`), the data was refused (`data`), or something
 * that is none of these (`unknown`), which may be the data as well if it repeats.
 */
export type FaultKind = 'conflict' | 'outage' | 'timeout' | 'data' | 'unknown';

/** The first rule that a SQLSTATE meets (PostgreSQL manual, appendix A). */
const faultKinds: readonly (readonly [RegExp, FaultKind])[] = [
  [/^40/, 'conflict'],
  // Canceled by `statement_timeout` or by hand; a lock that was not had in time.
  [/^(57014|55P03|25P03|25P04)$/, 'timeout'],
  [/^(21|22|23|54)/, 'data'],
  // Connection, read-only server, rights, names, resources, state, shutdown, disk, pooler.
  [/^(08|0A|25|26|28|34|3D|3F|42|53|55|57|58|72)/, 'outage'],
];

/** What kind of fault an error of a write is. */
export function faultKind(error: unknown): FaultKind {
  if (isConnectionLoss(error)) return 'outage';
  if (error instanceof DatabaseError) {
    const code = error.code ?? '';
    return faultKinds.find(([pattern]) => pattern.test(code))?.[1] ?? 'unknown';
  }
  // Our own code could not write this data; other errors of the driver are about its connection.
  return error instanceof TypeError || error instanceof RangeError ? 'unknown' : 'outage';
}

/** Whether an error says that the data itself was refused. */
export function isDataFault(error: unknown): error is DatabaseError {
  return faultKind(error) === 'data';
}

/** Whether an error says that a table of ours has a row of the same key. */
export function isUniqueViolation(error: unknown, table: string): boolean {
  return error instanceof DatabaseError && error.code === '23505' && error.table === table;
}
