import { isUtf8 } from 'node:buffer';

/** The maximum length of a line, in bytes. */
export const maxLineBytes = 16 * 1024 * 1024;

/** One line of an input: its text, or the reason why it has none. */
export interface InputLine {
  /** From 1. */
  readonly number: number;
  readonly text?: string;
  readonly fault?: { readonly expected: string; readonly got: string };
}

const newline = 10;
const byteOrderMark = /^\uFEFF/;

/**
 * The lines of a stream of bytes, yielded per chunk. Memory is bounded by the maximum length of a
 * line: a longer line is reported by its number and never held completely. Empty lines are
 * skipped.
 */
export async function* inputLines(chunks: AsyncIterable<Buffer>): AsyncGenerator<InputLine[]> {
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  let number = 1;
  const hold = (part: Buffer) => {
    pendingBytes += part.length;
    if (pendingBytes > maxLineBytes) pending = [];
    else if (part.length > 0) pending.push(part);
  };
  const release = (lines: InputLine[]) => {
    if (pendingBytes > 0) {
      const line = read(number, pending, pendingBytes);
      if (line !== undefined) lines.push(line);
    }
    pending = [];
    pendingBytes = 0;
    number += 1;
  };
  for await (const chunk of chunks) {
    const lines: InputLine[] = [];
    let from = 0;
    for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, from)) {
      hold(chunk.subarray(from, end));
      release(lines);
      from = end + 1;
    }
    hold(chunk.subarray(from));
    yield lines;
  }
  const last: InputLine[] = [];
  release(last);
  yield last;
}

function read(number: number, parts: readonly Buffer[], bytes: number): InputLine | undefined {
  if (bytes > maxLineBytes) {
    const expected = `a line of at most ${maxLineBytes} bytes`;
    return { number, fault: { expected, got: `${bytes} bytes` } };
  }
  const line =
    parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts, bytes);
  if (!isUtf8(line)) return { number, fault: { expected: 'UTF-8', got: 'other bytes' } };
  const text = line
    .toString()
    .replace(number === 1 ? byteOrderMark : '', '')
    .trim();
  return text === '' ? undefined : { number, text };
}
