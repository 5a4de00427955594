import type { OtlpEncoding } from '../../otlp/read-body.js';
import { inputLines } from './input-lines.js';

/** One export request of an input, or the reason why it cannot be read. */
export type InputBody =
  | { readonly number: number; readonly bytes: Buffer; readonly encoding: OtlpEncoding }
  | { readonly number: number; readonly fault: string };

/** The limits of one request, as over HTTP. */
const most = { protobuf: 64 * 2 ** 20, json: 32 * 2 ** 20 };
/** In a protobuf file with several requests, each request follows its length in these bytes, big-endian. */
const prefixBytes = 4;

/**
 * The export requests of an input, as the Collector's file exporter writes them: JSON, one per line, or
 * protobuf, each after its length. An input may also be a single request, in either encoding, over
 * any number of lines.
 */
export async function* otlpBodies(chunks: AsyncIterable<Buffer>): AsyncGenerator<InputBody> {
  const source = chunks[Symbol.asyncIterator]();
  let head = Buffer.alloc(0);
  for (let next = await source.next(); !next.done; next = await source.next()) {
    head = Buffer.concat([head, next.value]);
    if (firstMark(head) !== undefined) break;
  }
  if (head.length === 0) return;
  const all = (async function* () {
    yield head;
    yield* { [Symbol.asyncIterator]: () => source };
  })();
  if (firstMark(head) === '{') yield* jsonBodies(all);
  else if ((head[0] as number) <= most.protobuf >>> 24) yield* framedBodies(all);
  else yield* wholeBody(all, 'protobuf');
}

/** The first character that is not white space or a byte order mark; undefined if there is none yet. */
function firstMark(bytes: Buffer): string | undefined {
  return bytes
    .toString('latin1')
    .replace(/^\xef\xbb\xbf/, '')
    .trimStart()[0];
}

async function* jsonBodies(chunks: AsyncIterable<Buffer>): AsyncGenerator<InputBody> {
  /** The lines of a request that spans several lines. */
  let parts: string[] | undefined;
  let size = 0;
  let isFirst = true;
  for await (const lines of inputLines(chunks)) {
    for (const { number, text, fault } of lines) {
      if (parts !== undefined) {
        size += text?.length ?? 0;
        if (size <= most.json) parts.push(text ?? '');
      } else if (text === undefined) {
        yield { number, fault: `line: expected ${fault?.expected}, got ${fault?.got}` };
      } else if (isFirst && !isJson(text)) {
        [parts, size] = [[text], text.length];
      } else yield { number, bytes: Buffer.from(text), encoding: 'json' };
      isFirst = false;
    }
  }
  if (parts === undefined) return;
  if (size > most.json) yield { number: 1, fault: tooLong(most.json) };
  else yield { number: 1, bytes: Buffer.from(parts.join('\n')), encoding: 'json' };
}

async function* framedBodies(chunks: AsyncIterable<Buffer>): AsyncGenerator<InputBody> {
  let held = Buffer.alloc(0);
  let number = 1;
  for await (const chunk of chunks) {
    held = Buffer.concat([held, chunk]);
    while (held.length >= prefixBytes) {
      const length = held.readUInt32BE(0);
      if (length > most.protobuf) {
        // The start of the next request is unknown.
        yield { number, fault: tooLong(most.protobuf) };
        return;
      }
      if (held.length < prefixBytes + length) break;
      const bytes = held.subarray(prefixBytes, prefixBytes + length);
      yield { number, bytes, encoding: 'protobuf' };
      held = held.subarray(prefixBytes + length);
      number += 1;
    }
  }
  if (held.length > 0) {
    yield { number, fault: 'request: expected as many bytes as its length says, got fewer' };
  }
}

async function* wholeBody(
  chunks: AsyncIterable<Buffer>,
  encoding: OtlpEncoding,
): AsyncGenerator<InputBody> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size <= most[encoding]) parts.push(chunk);
  }
  if (size > most[encoding]) yield { number: 1, fault: tooLong(most[encoding]) };
  else yield { number: 1, bytes: Buffer.concat(parts), encoding };
}

const tooLong = (bytes: number) => `request: expected at most ${bytes} bytes, got more`;

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    // It continues in the next line, or is not JSON; in both cases the input is read as one request.
    return false;
  }
}
