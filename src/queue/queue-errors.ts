/** The queue's Redis cannot be used as things stand; `code` says why. */
export class QueueConnectionError extends Error {
  constructor(
    readonly code: 'queue_unreachable' | 'queue_refused',
    message: string,
    cause: unknown,
  ) {
    super(message, { cause });
    this.name = 'QueueConnectionError';
  }
}

/**
 * Says in our words what keeps Redis from being used, with the host of its URL and no password;
 * undefined for an error that is about something else.
 */
export function explainRedisError(error: unknown, url: string): QueueConnectionError | undefined {
  const text = error instanceof Error ? error.message : String(error);
  const host = new URL(url).host || 'localhost';
  if (/^(WRONGPASS|NOAUTH|NOPERM|ERR (AUTH|invalid password))/.test(text)) {
    return new QueueConnectionError(
      'queue_refused',
      `Expected Redis at ${host} to accept the user and password, got: ${text} Check REDIS_URL.`,
      error,
    );
  }
  if (!isConnectionLoss(error, text)) return undefined;
  return new QueueConnectionError(
    'queue_unreachable',
    `Expected Redis at ${host} to answer, got: ${text || codeOf(error)}. Check that it runs and that REDIS_URL names it.`,
    error,
  );
}

function isConnectionLoss(error: unknown, text: string): boolean {
  return (
    error instanceof AggregateError ||
    /^E[A-Z_]+$/.test(codeOf(error)) ||
    /^(connection is closed|connect etimedout|reached the max retries)/i.test(text)
  );
}

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
}

/** The worker is closing and the job was not written: it must go back to the queue. */
export class NotWrittenError extends Error {
  readonly code = 'not_written';
  constructor() {
    super('The worker is closing; the job goes back to the queue.');
    this.name = 'NotWrittenError';
  }
}
