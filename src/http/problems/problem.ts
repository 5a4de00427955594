import { BudgetExistsError, InvalidBudgetError } from '../../budgets/budget-errors.js';
import { codeOf } from '../../environment/error-fields.js';
import { RunfoldError } from '../../environment/runfold-error.js';
import type { EventFault } from '../../events/fault.js';
import {
  BufferFullError,
  ProducerClosedError,
  QueueUnavailableError,
} from '../../ingest/producer-errors.js';
import { explainDatabaseError, StoreUnavailableError } from '../../postgres/database-errors.js';
import { ReadEndedError } from '../../postgres/readers.js';
import {
  AmbiguousRunError,
  InvalidCursorError,
  InvalidQueryError,
  RunTreeTooDeepError,
  RunTreeTooLargeError,
  TailExpiredError,
} from '../../query/query-errors.js';
import { QueueConnectionError } from '../../queue/queue-errors.js';
import { ProjectError } from '../../store/projects.js';
import { type ProblemCode, problemCodes } from './problem-codes.js';

/** An answer that is no success: RFC 9457, with a stable `code`. */
export class ProblemError extends RunfoldError {
  readonly status: number;
  /** Fields of the body beside the usual ones. */
  readonly fields: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;
  constructor(
    readonly code: ProblemCode,
    detail: string,
    more: {
      readonly fields?: Readonly<Record<string, unknown>>;
      readonly headers?: Readonly<Record<string, string>>;
    } = {},
  ) {
    super(detail);
    this.name = 'ProblemError';
    this.status = problemCodes[code].status;
    this.fields = more.fields ?? {};
    this.headers = more.headers ?? {};
  }
}

/** Seconds after which a client may try again. */
const retryAfterSeconds = 2;

/** The service cannot do what was asked now, and can later. */
export function unavailable(
  code: 'busy' | 'closing' | 'database_unavailable' | 'queue_unavailable',
  detail: string,
): ProblemError {
  return new ProblemError(code, detail, { headers: { 'retry-after': String(retryAfterSeconds) } });
}

/** Query parameters, or another part of a request, that are not what they should be. */
export function invalidRequest(faults: readonly EventFault[]): ProblemError {
  const text = faults.map(
    ({ field, expected, got }) => `${field || 'request'}: expected ${expected}, got ${got}`,
  );
  return new ProblemError('invalid_request', `${text.join('; ')}.`, { fields: { faults } });
}

/** There is nothing of that name in the key's project. */
export function notFound(what: string, id: string, more = ''): ProblemError {
  return new ProblemError(
    'not_found',
    `Expected ${what} ${JSON.stringify(id)} in this project, got none.${more === '' ? '' : ` ${more}.`}`,
  );
}

/** The problem that an error is to a client; undefined for one that is a fault of the service. */
export function problemOf(thrown: unknown): ProblemError | undefined {
  if (thrown instanceof ProblemError) return thrown;
  const error = explainDatabaseError(thrown);
  if (error instanceof InvalidQueryError) {
    const { field, expected, got } = error;
    return invalidRequest([{ field, expected, got }]);
  }
  if (error instanceof InvalidBudgetError) return invalidRequest(error.faults);
  if (error instanceof BudgetExistsError) return new ProblemError(error.code, error.message);
  if (error instanceof InvalidCursorError) {
    return new ProblemError(error.code, error.message);
  }
  if (error instanceof TailExpiredError) return new ProblemError(error.code, error.message);
  if (error instanceof AmbiguousRunError) {
    const { session_ids } = error;
    return new ProblemError(error.code, error.message, { fields: { session_ids } });
  }
  if (error instanceof RunTreeTooDeepError || error instanceof RunTreeTooLargeError)
    return new ProblemError(error.code, error.message);
  // Nothing of a read's parameters is ours: what Postgres cannot read was sent.
  if (/^22(007|008|009|021|023|P02|P03|P05)$/.test(codeOf(error) ?? '')) {
    return new ProblemError(
      'invalid_request',
      'A parameter has a value that the database cannot read.',
    );
  }
  if (error instanceof ReadEndedError) return new ProblemError('read_timeout', error.message);
  if (error instanceof ProjectError) return new ProblemError(error.code, error.message);
  if (error instanceof StoreUnavailableError) {
    // The text of the driver names hosts and users; they are no business of a client's.
    return unavailable('database_unavailable', databaseDetail(error));
  }
  if (
    error instanceof BufferFullError ||
    error instanceof QueueUnavailableError ||
    error instanceof QueueConnectionError ||
    error instanceof ProducerClosedError
  ) {
    return unavailable(
      'queue_unavailable',
      'Expected the queue to answer, got nothing. Try again.',
    );
  }
  return undefined;
}

function databaseDetail({ code }: StoreUnavailableError): string {
  if (code === 'migrations_missing' || code === 'migrations_newer') {
    return `Expected a database of this version of Runfold, got another: ${code}. See /readyz.`;
  }
  return 'Expected the database to answer, got nothing. Try again.';
}

/** What each status is called; RFC 9110, section 15. */
const titles: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  406: 'Not Acceptable',
  408: 'Request Timeout',
  409: 'Conflict',
  410: 'Gone',
  413: 'Content Too Large',
  414: 'URI Too Long',
  415: 'Unsupported Media Type',
  421: 'Misdirected Request',
  422: 'Unprocessable Content',
  429: 'Too Many Requests',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

/** The body of a problem. */
export function problemBody(problem: ProblemError, request_id: string) {
  return {
    type: `/docs#${problem.code}`,
    title: titles[problem.status] ?? 'Error',
    status: problem.status,
    code: problem.code,
    detail: problem.message,
    request_id,
    ...problem.fields,
  };
}
