import { gzipSync } from 'node:zlib';
import type { CapturedRequest } from '../../harness/otlp/captures.js';
import { encodeOtlp } from '../../harness/otlp/encode.js';

/** A captured request as it is sent, in an encoding where the capture leaves the choice. */
export function requestOf(
  request: CapturedRequest,
  encoding: 'json' | 'protobuf',
  headers: Readonly<Record<string, string>> = {},
): RequestInit {
  if (request.body_base64 !== undefined) {
    return {
      method: 'POST',
      body: Buffer.from(request.body_base64, 'base64'),
      headers: {
        'content-type': request.content_type,
        ...(request.content_encoding === undefined
          ? {}
          : { 'content-encoding': request.content_encoding }),
        ...headers,
      },
    };
  }
  const body = request.body ?? {};
  return encoding === 'json'
    ? {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
      }
    : {
        method: 'POST',
        body: gzipSync(encodeOtlp(body)),
        headers: {
          'content-type': 'application/x-protobuf',
          'content-encoding': 'gzip',
          ...headers,
        },
      };
}

/** A body of spans cut into requests of a few spans each, in a random order. */
export function splitSpans(request: CapturedRequest, random: () => number): CapturedRequest[] {
  const groups = request.body?.resourceSpans as
    | readonly { resource: unknown; scopeSpans: readonly { scope: unknown; spans: unknown[] }[] }[]
    | undefined;
  if (groups === undefined) return [request];
  const parts = groups.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ scope, spans }) =>
      spans.map((span) => ({ resource, scopeSpans: [{ scope, spans: [span] }] })),
    ),
  );
  const pieces: (typeof parts)[] = [];
  for (const part of shuffled(parts, random)) {
    const last = pieces.at(-1);
    if (last === undefined || random() < 0.4) pieces.push([part]);
    else last.push(part);
  }
  return pieces.map((resourceSpans) => ({ ...request, body: { resourceSpans } }));
}

/** A list in a random order. */
export function shuffled<T>(list: readonly T[], random: () => number): T[] {
  const copy = [...list];
  for (let at = copy.length - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1));
    [copy[at], copy[other]] = [copy[other] as T, copy[at] as T];
  }
  return copy;
}
