import { gzipSync } from 'node:zlib';
import type { CapturedRequest } from '../../harness/otlp/captures.js';
import { encodeOtlp } from '../../harness/otlp/encode.js';

/** A captured request in an encoding, if the capture allows a choice. */
export function requestOf(
  request: CapturedRequest,
  encoding: 'json' | 'protobuf',
  headers: Readonly<Record<string, string>> = {},
): RequestInit {
  const { body, body_base64, content_type, content_encoding } = request;
  if (encoding === 'json') {
    return {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    };
  }
  if (body_base64 !== undefined) {
    const coding = content_encoding === undefined ? {} : { 'content-encoding': content_encoding };
    return {
      method: 'POST',
      body: Buffer.from(body_base64, 'base64'),
      headers: { 'content-type': content_type, ...coding, ...headers },
    };
  }
  return {
    method: 'POST',
    body: gzipSync(encodeOtlp(body)),
    headers: {
      'content-type': 'application/x-protobuf',
      'content-encoding': 'gzip',
      ...headers,
    },
  };
}

/** The names of the lists in a body, for each signal with items. */
const lists = [
  ['resourceSpans', 'scopeSpans', 'spans'],
  ['resourceLogs', 'scopeLogs', 'logRecords'],
] as const;
type Group = Readonly<Record<string, unknown>>;

/** Splits a body into requests of a few spans or log records each, in a random order. */
export function splitItems(request: CapturedRequest, random: () => number): CapturedRequest[] {
  const { body_base64: _whole, ...rest } = request;
  for (const [groups, scopes, items] of lists) {
    if (!(groups in request.body)) continue;
    const parts = (request.body[groups] as Group[]).flatMap((group) =>
      (group[scopes] as Group[]).flatMap((scoped) =>
        (scoped[items] as unknown[]).map((item) => ({
          ...group,
          [scopes]: [{ ...scoped, [items]: [item] }],
        })),
      ),
    );
    const pieces: (typeof parts)[] = [];
    for (const part of shuffled(parts, random)) {
      const last = pieces.at(-1);
      if (last === undefined || random() < 0.4) pieces.push([part]);
      else last.push(part);
    }
    return pieces.map((piece) => ({ ...rest, body: { [groups]: piece } }));
  }
  return [request];
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
