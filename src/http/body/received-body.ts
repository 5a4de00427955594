import type { IncomingMessage } from 'node:http';
import { ProblemError } from '../problems/problem.js';
import type { HttpLimits } from '../service/http-limits.js';

/** A body larger than it may be; the rest of it is not read. */
export function tooLarge(what: string): ProblemError {
  return new ProblemError('too_large', `Expected ${what}, got more. Send it in parts.`, {
    headers: { connection: 'close' },
  });
}

/** A body that cannot be read as what it says it is. */
export function unreadable(expected: string): ProblemError {
  return new ProblemError('unreadable_body', `Expected ${expected}, got something else.`, {
    headers: { connection: 'close' },
  });
}

/**
 * The bytes of a request as they come, up to a limit and without long silences.
 * @throws ProblemError 408, 413, or 400 when the client breaks off.
 */
export async function* receivedBody(
  request: IncomingMessage,
  { body_bytes, body_idle_ms }: HttpLimits,
): AsyncGenerator<Buffer> {
  const limit = `a body of at most ${body_bytes} bytes`;
  if (Number(request.headers['content-length'] ?? 0) > body_bytes) throw tooLarge(limit);
  // The connection outlives a body that is not read to its end: the problem goes out on it.
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
    // Lets go of the stream, so that what is left can be drained. Not waited for: a client that has
    // fallen silent, or is gone, would be; of the latter the loop has told already.
    chunks.return?.().catch(() => undefined);
  }
}

async function withinSilence<T>(chunk: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const detail = `Expected the next bytes of the body within ${ms} ms, got none.`;
      reject(new ProblemError('slow_body', detail, { headers: { connection: 'close' } }));
    }, ms);
  });
  try {
    return await Promise.race([chunk, silence]);
  } catch (error) {
    if (error instanceof ProblemError) throw error;
    // Broken off by the client: nobody reads this answer.
    throw unreadable('the whole body');
  } finally {
    clearTimeout(timer);
  }
}
