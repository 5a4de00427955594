import { codeOf } from '../environment/error-fields.js';
import { RunfoldError } from '../environment/runfold-error.js';
import { nodeOf } from '../postgres/error-nodes.js';
import { isConnectionLoss } from '../postgres/postgres-errors.js';
import {
  insufficientPrivilege,
  invalidAuthorization,
  invalidCatalogName,
  invalidPassword,
  invalidSchemaName,
  protocolViolation,
  readOnlyTransaction,
  undefinedColumn,
  undefinedTable,
} from '../postgres/sql-states.js';

/** The store cannot be used; `code` says why. */
export class StoreUnavailableError extends RunfoldError {
  constructor(
    readonly code:
      | 'database_unreachable'
      | 'database_refused'
      | 'database_missing'
      | 'migrations_missing'
      | 'migrations_newer'
      | 'unsupported_encoding'
      | 'rights_missing'
      | 'database_read_only'
      | 'certificate_untrusted'
      | 'pooler_refused'
      | 'not_the_coordinator',
    message: string,
    cause?: unknown,
  ) {
    super(message, { cause });
    this.name = 'StoreUnavailableError';
  }
}

/** Whether the store is only away for a while. For the other reasons somebody has to change something. */
export function isStoreOutage(error: unknown): boolean {
  const explained = explainDatabaseError(error);
  if (!(explained instanceof StoreUnavailableError)) return false;
  // During a failover, the old primary takes no writes.
  return explained.code === 'database_unreachable' || explained.code === 'database_read_only';
}

/** Explains why the store cannot be used; returns other errors unchanged. */
export function explainDatabaseError(error: unknown): unknown {
  // This error is already explained.
  if (error instanceof RunfoldError) return error;
  const code = codeOf(error);
  // Citus puts the reason of a node behind a tab.
  const text = (error instanceof Error ? error.message : String(error)).replace(/\s+/g, ' ').trim();
  const node = nodeOf(error);
  const server = node === undefined ? 'Postgres' : `The node ${node} of Citus`;
  const trust = explainTls(code, text, error);
  if (trust !== undefined) return trust;
  if (code === protocolViolation && /startup parameter|pooling mode/.test(text)) {
    return new StoreUnavailableError(
      'pooler_refused',
      /pooling mode/.test(text)
        ? `The pooler in front of Postgres uses statement mode: ${text}. Set pool_mode = transaction in pgbouncer.ini.`
        : `The pooler in front of Postgres refuses a startup parameter: ${text}. Remove it from DATABASE_URL and PGOPTIONS, or add it to ignore_startup_parameters in pgbouncer.ini.`,
      error,
    );
  }
  if (code === readOnlyTransaction) {
    return new StoreUnavailableError(
      'database_read_only',
      `${server} takes no writes: ${text}. It is a standby, or default_transaction_read_only is on. ${
        node === undefined
          ? 'Name the primary in DATABASE_URL.'
          : 'Name the primary to the coordinator, with "select citus_update_node(…)".'
      }`,
      error,
    );
  }
  if (code === invalidPassword || code === invalidAuthorization) {
    return new StoreUnavailableError(
      'database_refused',
      `${server} refuses the user or the password: ${text}. ${
        node === undefined
          ? 'Check DATABASE_URL.'
          : 'It has to admit this machine with those of DATABASE_URL.'
      }`,
      error,
    );
  }
  if (code === invalidCatalogName) {
    return new StoreUnavailableError(
      'database_missing',
      `The database of DATABASE_URL does not exist: ${text}. Create it first.`,
      error,
    );
  }
  if (isMissingObject(code) && /runfold/.test(text)) {
    return new StoreUnavailableError(
      'migrations_missing',
      `The database lacks tables of Runfold: ${text}. Run "runfold migrate".`,
      error,
    );
  }
  if (code === insufficientPrivilege) {
    return new StoreUnavailableError(
      'rights_missing',
      `The role of DATABASE_URL lacks a right: ${text}. "runfold migrate --grants" prints the rights that each role needs.`,
      error,
    );
  }
  if (isConnectionLoss(error)) {
    return new StoreUnavailableError(
      'database_unreachable',
      explainLoss(text || code, node),
      error,
    );
  }
  return error;
}

/** Explains that a server is away. Citus names a node that its coordinator cannot reach in its own words. */
function explainLoss(text: string | undefined, node: string | undefined): string {
  if (node !== undefined) {
    return `Cannot reach the node ${node} of Citus: ${text}. Check that it is running, and that this machine reaches it at that address.`;
  }
  return /\bremote node\b/.test(text ?? '')
    ? `Cannot reach a node of Citus: ${text}. Check that it is running; "select * from citus_get_active_worker_nodes()" lists the nodes.`
    : `Cannot reach Postgres: ${text}. Check that it is running and that DATABASE_URL names it.`;
}

/** Explains an error of TLS; undefined for any other error. */
function explainTls(
  code: string | undefined,
  text: string,
  error: unknown,
): StoreUnavailableError | undefined {
  const fail = (says: string) => new StoreUnavailableError('certificate_untrusted', says, error);
  if (code !== undefined && untrustedCodes.test(code)) {
    return fail(
      `The certificate of Postgres is not trusted: ${text}. Name its CA in DATABASE_URL, as ?sslmode=verify-full&sslrootcert=/path/to/ca.pem, or in NODE_EXTRA_CA_CERTS. The host in DATABASE_URL must be the one in the certificate.`,
    );
  }
  if (/does not support SSL/.test(text)) {
    return fail(
      `Postgres does not offer TLS, but sslmode in DATABASE_URL needs it: ${text}. Turn it on in postgresql.conf (ssl = on), or use sslmode=disable.`,
    );
  }
  if (code === invalidAuthorization && /no encryption|SSL off/.test(text)) {
    return fail(
      `Postgres refuses connections without TLS: ${text}. Add ?sslmode=verify-full&sslrootcert=/path/to/ca.pem to DATABASE_URL.`,
    );
  }
  return undefined;
}

/** Codes of OpenSSL and Node.js, https://nodejs.org/api/tls.html#x509-certificate-error-codes */
const untrustedCodes =
  /^(UNABLE_TO_|CERT_|ERR_TLS_CERT|SELF_SIGNED_CERT|DEPTH_ZERO_SELF_SIGNED_CERT|HOSTNAME_MISMATCH|INVALID_CA)/;

const isMissingObject = (code: string | undefined) =>
  code === undefinedTable || code === invalidSchemaName || code === undefinedColumn;
