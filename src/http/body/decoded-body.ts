import type { IncomingMessage } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { setImmediate as turn } from 'node:timers/promises';
import { createGunzip } from 'node:zlib';
import { unzstd } from '../../ingest/zstd-frames.js';
import { ProblemError } from '../problems/problem.js';
import type { HttpLimits } from '../service/http-limits.js';
import { receivedBody, tooLarge, unreadable } from './received-body.js';

/** The supported content codings. */
export const contentCodings = ['gzip', 'zstd'] as const;

/** The number of bytes to decompress before other requests get a turn. */
const stretch = 2 ** 20;

/**
 * The bytes of a body, decompressed as they arrive; decompression stops at the
 * limit.
 * @throws ProblemError 400, 408, 413 or 415
 */
export async function* decodedBody(
  request: IncomingMessage,
  limits: HttpLimits,
): AsyncGenerator<Uint8Array> {
  const coding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  const received = receivedBody(request, limits);
  if (coding === 'identity') return yield* received;
  let bytes = 0;
  let turnAt = stretch;
  try {
    for await (const chunk of decompressed(coding, received, limits)) {
      bytes += chunk.length;
      if (bytes > limits.decoded_bytes) {
        throw tooLarge(`a body of at most ${limits.decoded_bytes} bytes once decompressed`);
      }
      yield chunk;
      if (bytes > turnAt) {
        turnAt = bytes + stretch;
        await turn();
      }
    }
  } finally {
    // If a decoder fails, the rest stays unread. This is not awaited, as in `receivedBody`.
    received.return(undefined).catch(() => undefined);
  }
}

function decompressed(
  coding: string,
  received: AsyncGenerator<Buffer>,
  limits: HttpLimits,
): AsyncIterable<Uint8Array> {
  if (coding === 'gzip' || coding === 'x-gzip') return gunzipped(received);
  if (coding === 'zstd') return unzstd(received, limits.decoded_bytes, { tooLarge, unreadable });
  throw new ProblemError(
    'unsupported_coding',
    `The Content-Encoding is not supported. Use ${contentCodings.join(', ')} or none.`,
    { headers: { 'accept-encoding': contentCodings.join(', '), connection: 'close' } },
  );
}

async function* gunzipped(received: AsyncGenerator<Buffer>): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip();
  const feeding = pipeline(received, gunzip);
  // An error of either side is thrown by the reading below.
  feeding.catch(() => undefined);
  try {
    for await (const chunk of gunzip) yield chunk;
    await feeding;
  } catch (error) {
    throw error instanceof ProblemError ? error : unreadable('a gzip body');
  } finally {
    gunzip.destroy();
  }
}
