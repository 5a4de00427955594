import { codeOf } from '../environment/error-fields.js';
import { type RedisAddress, toRedisAddress } from '../environment/redis-url.js';
import { RunfoldError } from '../environment/runfold-error.js';
import type { QueueTarget } from './queue-target.js';

/** The queue is unusable; `code` says why. */
export class QueueConnectionError extends RunfoldError {
  constructor(
    readonly code:
      | 'queue_unreachable'
      | 'queue_refused'
      | 'queue_untrusted'
      | 'queue_wrong_kind'
      | 'queue_migrations_missing',
    message: string,
    cause: unknown,
  ) {
    super(message, { cause });
    this.name = 'QueueConnectionError';
  }
}

/**
 * Explains in our words why Redis cannot be used, with the host of its URL and without the
 * password. Returns undefined for any other error.
 */
export function explainRedisError(thrown: unknown, url: string): QueueConnectionError | undefined {
  if (thrown instanceof QueueConnectionError) return thrown;
  const address = toRedisAddress(url);
  const host = address.shown;
  // "Failed to refresh slots cache" hides the cause.
  const error = reasonIn(thrown);
  const message = error instanceof Error ? error.message : String(error);
  const ofSentinels = lastOfSentinels.exec(message)?.[1];
  // Redis ends some of its messages with a full stop.
  const text = (ofSentinels ?? message).replace(/\s*\.$/, '');
  const wrongKind =
    wrongKindError(address, modeIn(text)) ??
    (ofSentinels === undefined ? undefined : sentinelError(address, text, error));
  if (wrongKind !== undefined) return wrongKind;
  if (text.startsWith('NOPERM')) {
    return new QueueConnectionError(
      'queue_refused',
      `The user of REDIS_URL lacks rights at ${host} that the queue needs: ${text}. "runfold migrate --grants" prints a user with the least rights; "runfold doctor" says which rights are missing.`,
      error,
    );
  }
  if (isUntrusted(error)) {
    return new QueueConnectionError(
      'queue_untrusted',
      `The certificate of Redis at ${host} is not trusted: ${text}. Set NODE_EXTRA_CA_CERTS=/path/to/ca.pem to the certificate of its CA, and name the host in REDIS_URL as the certificate does.`,
      error,
    );
  }
  if (isRefusal(text)) {
    return new QueueConnectionError(
      'queue_refused',
      `Redis at ${host} refuses the user or the password: ${shortRefusal(text)}. Check REDIS_URL.`,
      error,
    );
  }
  if (!isConnectionLoss(error, message)) return undefined;
  const tls = address.is_tls ? ' With rediss: it must also accept TLS on that port.' : '';
  return new QueueConnectionError(
    'queue_unreachable',
    `Cannot reach Redis at ${host}: ${text || codeOf(error)}. Check that it is running and that REDIS_URL names it.${tls}`,
    error,
  );
}

/** ioredis wraps what the last of the sentinels said. */
const lastOfSentinels = /^All sentinels are unreachable.*? Last error: (.*)$/s;

/** The error if sentinels respond, and cannot name the master; undefined otherwise. */
function sentinelError(
  { shown, sentinel_name, sentinel_password }: RedisAddress,
  text: string,
  cause: unknown,
): QueueConnectionError | undefined {
  if (/^ERR unknown command ['`]sentinel/i.test(text)) {
    return new QueueConnectionError(
      'queue_wrong_kind',
      `Expected sentinels at ${shown}, got a Redis. Name the sentinels in REDIS_URL, or leave ?sentinel=${sentinel_name} out of it.`,
      cause,
    );
  }
  if (/No such master with that name/.test(text)) {
    return new QueueConnectionError(
      'queue_wrong_kind',
      `The sentinels at ${shown} have no master with the name "${sentinel_name}". Correct ?sentinel=${sentinel_name} in REDIS_URL; their command "sentinel masters" lists the names.`,
      cause,
    );
  }
  if (!isRefusal(text)) return undefined;
  const fix =
    sentinel_password === undefined
      ? 'Add &sentinel_password=… to REDIS_URL, and &sentinel_username=… if they have users.'
      : 'Check sentinel_username and sentinel_password in REDIS_URL.';
  return new QueueConnectionError(
    'queue_refused',
    `The sentinels at ${shown} refuse the user or the password: ${shortRefusal(text)}. ${fix}`,
    cause,
  );
}

function isRefusal(text: string): boolean {
  return /(^|\berror: )(WRONGPASS|NOAUTH|ERR (AUTH|invalid password))/i.test(text);
}

/** Redis explains the command HELLO to a client without a password. */
function shortRefusal(text: string): string {
  return text.replace(/NOAUTH HELLO must be called.*$/s, 'NOAUTH Authentication required');
}

/** The last error of a cluster's nodes, if all of them failed. */
function reasonIn(error: unknown): unknown {
  const last = error instanceof Error && 'lastNodeError' in error ? error.lastNodeError : undefined;
  return last instanceof Error ? last : error;
}

/** The kind of Redis that an error reveals. */
function modeIn(text: string): string | undefined {
  if (/^(MOVED|CROSSSLOT)\b/.test(text)) return 'cluster';
  if (/cluster support disabled/.test(text)) return 'standalone';
  return undefined;
}

/** The error if the server is another kind of Redis than the URL says; undefined otherwise. */
export function wrongKindError(
  { kind, shown, is_tls }: RedisAddress,
  mode: string | undefined,
): QueueConnectionError | undefined {
  const base = `${is_tls ? 'rediss' : 'redis'}://${shown}`;
  const cluster = `Expected one Redis at ${shown}, got a node of a Redis Cluster. Set REDIS_URL=${base}?cluster=true`;
  const text =
    mode === 'cluster' && kind !== 'cluster'
      ? `${cluster}.`
      : mode === 'standalone' && kind === 'cluster'
        ? `Expected a Redis Cluster at ${shown}, got a Redis without cluster mode. Leave ?cluster=true out of REDIS_URL.`
        : mode === 'sentinel'
          ? `Expected a Redis at ${shown}, got a sentinel. Set REDIS_URL=${base}?sentinel=NAME, with the name that it has for the master.`
          : undefined;
  return text === undefined
    ? undefined
    : new QueueConnectionError('queue_wrong_kind', text, undefined);
}

/** Explains in our words why a queue cannot be used. Other errors are returned unchanged. */
export function explainQueueError(error: unknown, target: QueueTarget): unknown {
  if (error instanceof Error && error.name === 'SchemaMigrationRequiredError') {
    return new QueueConnectionError(
      'queue_migrations_missing',
      'This Postgres lacks the tables of the queue. Run "runfold migrate" without REDIS_URL, or set REDIS_URL if the queue is on Redis.',
      error,
    );
  }
  if (target.kind === 'postgres') return error;
  return explainRedisError(error, target.url) ?? error;
}

/** Whether an error says that a server's certificate is not trusted. */
function isUntrusted(error: unknown): boolean {
  return untrustedCodes.test(codeOf(error) ?? '');
}

/** Codes of OpenSSL and Node.js, https://nodejs.org/api/tls.html#x509-certificate-error-codes */
const untrustedCodes =
  /^(UNABLE_TO_|CERT_|ERR_TLS_CERT|SELF_SIGNED_CERT|DEPTH_ZERO_SELF_SIGNED_CERT|HOSTNAME_MISMATCH|INVALID_CA)/;

function isConnectionLoss(error: unknown, text: string): boolean {
  return (
    error instanceof AggregateError ||
    /^E[A-Z_]+$/.test(codeOf(error) ?? '') ||
    /^(connection is closed|connect etimedout|reached the max retries|command timed out|socket timeout)/i.test(
      text,
    ) ||
    // From a cluster or from sentinels.
    /^(CLUSTERDOWN|MASTERDOWN|All sentinels are unreachable|Failed to refresh slots|None of startup nodes|Too many Cluster redirections|Cluster is (ended|disconnect)|Cluster isn't ready)/.test(
      text,
    )
  );
}

/** The worker is closing and the job was not written, so it must go back to the queue. */
export class NotWrittenError extends RunfoldError {
  readonly code = 'not_written';
  constructor() {
    super('The worker is closing; the job goes back to the queue.');
    this.name = 'NotWrittenError';
  }
}

/** Whether an error says that this server is not, or no longer, the one to write to. */
export function isWrongServer({ message }: Error): boolean {
  return /^(READONLY|UNBLOCKED|LOADING|MASTERDOWN)\b/.test(message);
}
