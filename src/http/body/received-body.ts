import type { IncomingMessage } from 'node:http';
import { within } from '../../environment/within.js';
import { ProblemError } from '../problems/problem.js';
import type { HttpLimits } from '../service/http-limits.js';

/** The body exceeds a limit; the rest of it is not read. */
export function tooLarge(what: string, place = ''): ProblemError {
  return new ProblemError('too_large', `Expected ${what}, got more${place}. Split the request.`, {
    headers: { connection: 'close' },
  });
}

/** The body does not match its media type or coding. */
export function unreadable(expected: string, got = 'something else'): ProblemError {
  return new ProblemError('unreadable_body', `Expected ${expected}, got ${got}.`, {
    headers: { connection: 'close' },
  });
}

/**
 * The bytes of a request as they arrive, up to a limit and without long pauses.
 * @throws ProblemError 408, 413, or 400 if the client disconnects
 */
export async function* receivedBody(
  request: IncomingMessage,
  { body_bytes, body_idle_ms }: HttpLimits,
): AsyncGenerator<Buffer> {
  const limit = `a body of at most ${body_bytes} bytes`;
  if (Number(request.headers['content-length'] ?? 0) > body_bytes) throw tooLarge(limit);
  // The connection must stay open after an unfinished body, because the problem is sent on it.
  const chunks = request.iterator({ destroyOnReturn: false });
  let bytes = 0;
  try {
    for (;;) {
      const next = await withinSilence(chunks.next(), body_idle_ms);
      if (next.done === true) return;
      bytes += next.value.length;
      if (bytes > body_bytes) throw tooLarge(limit);
      yield next.value;
    }
  } finally {
    // Releases the stream so that the rest can be drained. This is not awaited, because a client that
    // is silent or gone would block it; the loop has already reported a client that is gone.
    chunks.return?.().catch(() => undefined);
  }
}

async function withinSilence<T>(chunk: Promise<T>, ms: number): Promise<T> {
  const detail = `No bytes of the body arrived within ${ms} ms.`;
  const late = () => new ProblemError('slow_body', detail, { headers: { connection: 'close' } });
  try {
    return await within(ms, chunk, late);
  } catch (error) {
    if (error instanceof ProblemError) throw error;
    // The client has disconnected: nobody reads this response.
    throw unreadable('the whole body');
  }
}
