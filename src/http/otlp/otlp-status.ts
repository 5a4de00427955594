import type { IncomingMessage } from 'node:http';
import type { OtlpEncoding } from '../../otlp/read-body.js';
import type { ProblemCode } from '../problems/problem-codes.js';

/** The paths that OpenTelemetry clients post to. Their errors are a `google.rpc.Status`. */
export const otlpPaths = ['/v1/traces', '/v1/logs', '/v1/metrics'] as const;

export const otlpMediaTypes = {
  protobuf: 'application/x-protobuf',
  json: 'application/json',
} as const satisfies Readonly<Record<OtlpEncoding, string>>;

/** Whether a request is for a path of OpenTelemetry. */
export function isOtlpPath(url: string | undefined): boolean {
  const path = (url ?? '').split('?')[0];
  return otlpPaths.some((known) => known === path);
}

/** Whether a request to an unknown path is from an exporter whose address has a path too many or too few. */
export function isStrayOtlp(request: IncomingMessage, path: string): boolean {
  return (
    request.method === 'POST' &&
    (encodingOf(request) === 'protobuf' ||
      path.includes('opentelemetry.proto.collector') ||
      otlpPaths.some((known) => path.replace(/\/+$/, '').endsWith(known)))
  );
}

/** The encoding of a request's body; undefined if it is not supported. */
export function encodingOf(request: IncomingMessage): OtlpEncoding | undefined {
  const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase();
  if (type === otlpMediaTypes.protobuf || type === 'application/protobuf') return 'protobuf';
  return type === otlpMediaTypes.json ? 'json' : undefined;
}

/** The `google.rpc.Code` of each status. */
const codes: Readonly<Record<number, number>> = {
  400: 3,
  401: 16,
  403: 7,
  404: 5,
  405: 12,
  408: 4,
  413: 8,
  414: 3,
  415: 3,
  421: 7,
  429: 8,
  431: 8,
  500: 13,
  503: 14,
};

/** The body of an error, in the media type of the request; JSON if that is not supported. */
export function statusBody(
  request: IncomingMessage,
  problem: { readonly status: number; readonly code: ProblemCode; readonly message: string },
): { readonly type: string; readonly body: Buffer } {
  const code = codes[problem.status] ?? 2;
  if (encodingOf(request) === 'protobuf') {
    const message = Buffer.from(problem.message);
    return {
      type: otlpMediaTypes.protobuf,
      body: Buffer.concat([varintField(1, code), bytesField(2, message)]),
    };
  }
  return {
    type: otlpMediaTypes.json,
    body: Buffer.from(JSON.stringify({ code, message: problem.message })),
  };
}

/** The items that were not accepted in a successful request: how many, and why. */
export interface PartialSuccess {
  readonly field: 'rejectedSpans' | 'rejectedLogRecords' | 'rejectedDataPoints';
  readonly rejected: number;
  readonly message: string;
}

/** The body of a success: empty if everything was accepted. */
export function successBody(encoding: OtlpEncoding, partial: PartialSuccess | undefined): Buffer {
  if (encoding === 'json') {
    const body =
      partial === undefined
        ? {}
        : {
            // A 64-bit integer is a string in JSON.
            partialSuccess: {
              [partial.field]: String(partial.rejected),
              errorMessage: partial.message,
            },
          };
    return Buffer.from(JSON.stringify(body));
  }
  if (partial === undefined) return Buffer.alloc(0);
  return bytesField(
    1,
    Buffer.concat([varintField(1, partial.rejected), bytesField(2, Buffer.from(partial.message))]),
  );
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let left = value;
  while (left > 127) {
    bytes.push((left & 127) | 128);
    left = Math.floor(left / 128);
  }
  bytes.push(left);
  return bytes;
}

const varintField = (field: number, value: number) => Buffer.from([field * 8, ...varint(value)]);
const bytesField = (field: number, bytes: Buffer) =>
  Buffer.concat([Buffer.from([field * 8 + 2, ...varint(bytes.length)]), bytes]);
