import { DatabaseError } from 'pg';

/** The store cannot be used as things stand; `code` says why. */
export class StoreUnavailableError extends Error {
  constructor(
    readonly code:
      | 'database_unreachable'
      | 'database_refused'
      | 'database_missing'
      | 'migrations_missing'
      | 'migrations_newer',
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
  const code = codeOf(error);
  return code === '40P01' || code === '40001';
}

/** Whether an error says that the data itself is at fault (SQLSTATE classes 22 and 23). */
export function isDataFault(error: unknown): error is DatabaseError {
  return error instanceof DatabaseError && /^2[23]/.test(error.code ?? '');
}

/** Whether an error says that a table of ours has a row of the same key. */
export function isUniqueViolation(error: unknown, table: string): boolean {
  return error instanceof DatabaseError && error.code === '23505' && error.table === table;
}
