import { isUtf8 } from 'node:buffer';
import { isRawObject } from '../../events/check/normalize-event.js';
import type { LogFormat } from '../../ingest/formats/log/log-format.js';
import {
  InvalidRecordError,
  type JsonObject,
  kindOf,
} from '../../ingest/formats/log/log-record.js';

/** The longest line that is read, in bytes. */
export const maxLineBytes = 16 * 1024 * 1024;
/** How many bytes of a line that is too long are read to find its type. */
const headBytes = 200;

/** The current position in a file. */
export interface LinePosition {
  /** Bytes that were read, up to the end of a line, or up to any byte in a line that is skipped. */
  readonly position: number;
  /** Lines that were read. */
  readonly line: number;
  /** Whether the rest of a line that is too long comes next. */
  readonly isSkipping: boolean;
}

/** A line for the reader of a format, or why it is invalid. */
export interface LogLine {
  /** From 1. */
  readonly number: number;
  readonly record?: JsonObject;
  readonly fault?: InvalidRecordError;
}

/** The lines of one chunk, and the position after them. */
export interface LogChunk extends LinePosition {
  readonly lines: readonly LogLine[];
}

type Filter = Pick<LogFormat, 'marks' | 'passOver'>;

const newline = 10;

/**
 * The complete lines of a stream, in groups of those that one chunk completes. A last line without
 * a line break is read if it is a whole JSON object: then nothing can follow in it. Otherwise it stays
 * unread. Memory is bounded by the longest allowed line; the rest of a longer
 * line is skipped and not read again.
 */
export async function* logLines(
  chunks: AsyncIterable<Buffer>,
  { marks, passOver = [] }: Filter,
  start: LinePosition,
): AsyncGenerator<LogChunk> {
  const wanted = marks?.map((mark) => Buffer.from(mark));
  let { position, line, isSkipping } = start;
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  for await (const chunk of chunks) {
    const lines: LogLine[] = [];
    let from = 0;
    for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, from)) {
      const part = chunk.subarray(from, end);
      from = end + 1;
      line += 1;
      position += pendingBytes + part.length + 1;
      const whole = pendingBytes === 0 ? part : Buffer.concat([...pending, part]);
      [pending, pendingBytes] = [[], 0];
      if (isSkipping) isSkipping = false;
      else if (whole.length > maxLineBytes) lines.push(...tooLong(whole, line, passOver));
      else lines.push(...readLine(whole, line, wanted));
    }
    const rest = chunk.subarray(from);
    if (isSkipping) position += rest.length;
    else if (rest.length > 0) {
      // The memory of the chunk is reused.
      pending.push(Buffer.from(rest));
      pendingBytes += rest.length;
    }
    if (pendingBytes > maxLineBytes) {
      lines.push(...tooLong(Buffer.concat(pending.slice(0, 1)), line + 1, passOver));
      position += pendingBytes;
      [pending, pendingBytes, isSkipping] = [[], 0, true];
    }
    yield { lines, position, line, isSkipping };
  }
  if (pendingBytes === 0) return;
  const last = readLine(Buffer.concat(pending), line + 1, wanted);
  if (last[0]?.record === undefined) return;
  // Its line break will be read as the end of an empty line, which counts it.
  yield { lines: last, position: position + pendingBytes, line, isSkipping };
}

function tooLong(bytes: Buffer, number: number, passOver: readonly string[]): LogLine[] {
  const head = bytes.subarray(0, headBytes).toString('latin1');
  if (passOver.some((type) => head.includes(type))) return [];
  const expected = `a line of at most ${maxLineBytes} bytes`;
  return [{ number, fault: new InvalidRecordError('', expected, 'a longer one') }];
}

function readLine(bytes: Buffer, number: number, marks: readonly Buffer[] | undefined): LogLine[] {
  const isPassedOver = marks !== undefined && !marks.some((mark) => bytes.includes(mark));
  if (bytes.length === 0 || isPassedOver) return [];
  if (!isUtf8(bytes)) {
    return [{ number, fault: new InvalidRecordError('', 'UTF-8', 'other bytes') }];
  }
  const text = bytes.toString().trim();
  if (text === '') return [];
  return [{ number, ...parseRecord(text) }];
}

/** Parses a string as a JSON object. */
export function parseRecord(text: string): Pick<LogLine, 'record' | 'fault'> {
  let value: unknown;
  try {
    // `trim` removes a byte order mark, which JSON does not allow.
    value = JSON.parse(text.trim());
  } catch {
    return { fault: new InvalidRecordError('', 'a JSON object', 'other text') };
  }
  if (isRawObject(value)) return { record: value };
  return { fault: new InvalidRecordError('', 'a JSON object', kindOf(value)) };
}
