import {
  AlertExistsError,
  DeliveryError,
  InvalidAlertError,
  SecretKeyError,
} from '../../alerts/send/alert-errors.js';
import { BudgetExistsError, InvalidBudgetError } from '../../budgets/budget-errors.js';
import {
  AmbiguousEventError,
  CorrectionContendedError,
  CorrectionCorrectedError,
  UnknownEventError,
} from '../../corrections/correction-errors.js';
import { codeOf } from '../../environment/error-fields.js';
import { RunfoldError } from '../../environment/runfold-error.js';
import { type EventFault, InvalidEventError } from '../../events/fault.js';
import {
  BufferFullError,
  ProducerClosedError,
  QueueUnavailableError,
} from '../../ingest/producer-errors.js';
import { StoreClosedError } from '../../postgres/database.js';
import { ReadEndedError } from '../../postgres/readers/readers.js';
import { InvalidPriceError } from '../../pricing/new-price.js';
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
import {
  explainDatabaseError,
  isStoreOutage,
  StoreUnavailableError,
} from '../../store/store-errors.js';
import { type ProblemCode, problemCodes } from './problem-codes.js';

/** An error response: RFC 9457, with a stable `code`. */
export class ProblemError extends RunfoldError {
  readonly status: number;
  /** Additional fields of the body. */
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

/** Seconds after which a client may retry. */
const retryAfterSeconds = 2;

/** The service cannot handle the request now, but can later. */
export function unavailable(
  code:
    | 'busy'
    | 'closing'
    | 'database_unavailable'
    | 'database_misconfigured'
    | 'queue_unavailable',
  detail: string,
): ProblemError {
  return new ProblemError(code, detail, { headers: { 'retry-after': String(retryAfterSeconds) } });
}

/** A query parameter, or another part of a request, is invalid. */
export function invalidRequest(faults: readonly EventFault[]): ProblemError {
  const text = faults.map(
    ({ field, expected, got }) => `${field || 'request'}: expected ${expected}, got ${got}`,
  );
  return new ProblemError('invalid_request', `${text.join('; ')}.`, { fields: { faults } });
}

/** The key's project has nothing with this id. */
export function notFound(what: string, id: string, more = ''): ProblemError {
  const detail = `There is no ${what} ${JSON.stringify(id)} in this project.`;
  return new ProblemError('not_found', more === '' ? detail : `${detail} ${more}.`);
}

/** The store has nothing with this id. */
export function notInStore(what: string, id: string): ProblemError {
  return new ProblemError('not_found', `There is no ${what} ${JSON.stringify(id)}.`);
}

/** The problem that a client sees for an error; undefined if the service itself failed. */
export function problemOf(thrown: unknown): ProblemError | undefined {
  if (thrown instanceof ProblemError) return thrown;
  const error = explainDatabaseError(thrown);
  if (error instanceof InvalidQueryError || error instanceof InvalidPriceError) {
    const { field, expected, got } = error;
    return invalidRequest([{ field, expected, got }]);
  }
  if (
    error instanceof InvalidBudgetError ||
    error instanceof InvalidAlertError ||
    error instanceof InvalidEventError
  ) {
    return invalidRequest(error.faults);
  }
  if (
    error instanceof BudgetExistsError ||
    error instanceof AlertExistsError ||
    error instanceof DeliveryError ||
    error instanceof SecretKeyError
  ) {
    return new ProblemError(error.code, error.message);
  }
  if (error instanceof InvalidCursorError) {
    return new ProblemError(error.code, error.message);
  }
  if (error instanceof TailExpiredError) return new ProblemError(error.code, error.message);
  if (error instanceof AmbiguousRunError) {
    const { session_ids } = error;
    return new ProblemError(error.code, error.message, { fields: { session_ids } });
  }
  if (error instanceof UnknownEventError) return new ProblemError('not_found', error.message);
  if (error instanceof AmbiguousEventError) {
    const { session_ids } = error;
    return new ProblemError(error.code, error.message, { fields: { session_ids } });
  }
  if (error instanceof CorrectionCorrectedError) {
    return new ProblemError(error.code, error.message, { fields: { corrects: error.corrects } });
  }
  if (error instanceof CorrectionContendedError) {
    return new ProblemError(error.code, error.message);
  }
  if (error instanceof RunTreeTooDeepError || error instanceof RunTreeTooLargeError)
    return new ProblemError(error.code, error.message);
  // All parameters of a read come from the request, so a value that Postgres cannot read does too.
  if (/^22(007|008|009|021|023|P02|P03|P05)$/.test(codeOf(error) ?? '')) {
    return new ProblemError(
      'invalid_request',
      'A parameter has a value that the database cannot read.',
    );
  }
  if (error instanceof ReadEndedError) return new ProblemError('read_timeout', error.message);
  if (error instanceof ProjectError) return new ProblemError(error.code, error.message);
  if (error instanceof StoreClosedError) {
    return unavailable('closing', 'The service is shutting down. Retry in a few seconds.');
  }
  if (error instanceof StoreUnavailableError) {
    // The driver's text names hosts and users, which a client must not see.
    const code = isStoreOutage(error) ? 'database_unavailable' : 'database_misconfigured';
    return unavailable(code, databaseDetail(error));
  }
  const missing = [error, error instanceof Error ? error.cause : undefined].find(
    (one) => one instanceof QueueConnectionError && one.code === 'queue_migrations_missing',
  );
  if (missing instanceof QueueConnectionError) {
    return unavailable('queue_unavailable', missing.message);
  }
  if (
    error instanceof BufferFullError ||
    error instanceof QueueUnavailableError ||
    error instanceof QueueConnectionError ||
    error instanceof ProducerClosedError
  ) {
    return unavailable('queue_unavailable', 'The queue does not respond. Retry in a few seconds.');
  }
  return undefined;
}

function databaseDetail(error: StoreUnavailableError): string {
  const { code } = error;
  if (code === 'migrations_missing' || code === 'migrations_newer') {
    return `The database does not have the tables of this version of Runfold: ${code}. See /readyz.`;
  }
  if (code === 'rights_missing') {
    return 'The service has no right to do this in the database. Its log names the right.';
  }
  if (!isStoreOutage(error)) return 'The service cannot use the database. Its log has the reason.';
  return 'The database does not respond. Retry in a few seconds.';
}
