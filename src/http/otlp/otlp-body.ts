import type { IncomingMessage } from 'node:http';
import { createJsonMeter } from '../../events/heavy-json.js';
import type { OtlpEncoding } from '../../otlp/read-body.js';
import { decodedBody } from '../body/decoded-body.js';
import { tooLarge } from '../body/received-body.js';
import { ProblemError } from '../problems/problem.js';
import type { HttpLimits } from '../service/http-limits.js';
import { encodingOf, otlpMediaTypes } from './otlp-status.js';

/** The maximum size of a body, as it arrives and decompressed; JSON is parsed at once and needs more memory. */
const mostBytes = { received: 16 * 2 ** 20, protobuf: 64 * 2 ** 20, json: 32 * 2 ** 20 };
/** More than fit into a body of real spans: each attribute is two objects and about two values. */
const mostJson = { containers: 2_000_000, values: 2_000_000 };
/** The maximum number of spans or records in one request. */
export const mostItems = 20_000;

/** A body and its encoding. */
export interface OtlpBody {
  readonly bytes: Buffer;
  readonly encoding: OtlpEncoding;
}

/** Reads a body. @throws ProblemError 400, 408, 413 or 415 */
export async function readOtlpBody(
  request: IncomingMessage,
  limits: HttpLimits,
): Promise<OtlpBody> {
  const encoding = encodingOf(request);
  if (encoding === undefined) {
    const types = Object.values(otlpMediaTypes).join(' or ');
    throw new ProblemError(
      'unsupported_media_type',
      `The Content-Type is not supported. Use ${types}.`,
      {
        headers: { connection: 'close' },
      },
    );
  }
  const body = decodedBody(request, {
    ...limits,
    body_bytes: mostBytes.received,
    decoded_bytes: mostBytes[encoding],
  });
  const chunks: Uint8Array[] = [];
  const meter = encoding === 'json' ? createJsonMeter(mostJson) : undefined;
  for await (const chunk of body) {
    const excess = meter?.add(chunk);
    if (excess !== undefined) {
      throw tooLarge(`at most ${excess.limit} in one request`, ` at byte ${excess.at}`);
    }
    chunks.push(chunk);
  }
  return { bytes: Buffer.concat(chunks), encoding };
}
