import { type ByteArena, putWord } from './byte-arena.js';

/**
 * One-dimensional arrays in the binary format of Postgres (array_send in arrayfuncs.c): five 32-bit
 * words, which are the dimensions, whether there are nulls, the type of the elements, their count and
 * the first index; then each element's length, -1 for null, and its bytes. Postgres reads them in
 * half the time of array literals, and no string is made for a number.
 */
const headerBytes = 20;

/** The type of the elements: its OID (pg_type.dat), and its size, unless that varies. */
export interface ElementType {
  readonly oid: number;
  readonly bytes?: 1 | 2 | 4 | 8 | 16;
}

/** Writes an array without elements. */
export function putEmptyArray(arena: ByteArena, type: ElementType): void {
  putHeader(arena, 0, type);
}

/** Writes integers up to 2^53, or booleans; null for none. */
export function putNumbers(arena: ByteArena, values: readonly unknown[], type: ElementType): void {
  const { bytes = 8 } = type;
  putHeader(arena, values.length, type);
  inParts(values, (part) => {
    arena.reserve(part.length * (4 + bytes));
    arena.at = numbersInto(arena.view, arena.at, part, bytes);
  });
}

function numbersInto(view: DataView, from: number, values: readonly unknown[], bytes: number) {
  let at = from;
  for (let row = 0; row < values.length; row++) {
    const value = values[row];
    if (value === null) {
      view.setInt32(at, -1);
      at += 4;
      continue;
    }
    const number = Number(value);
    view.setInt32(at, bytes);
    at += 4;
    if (bytes === 8) {
      view.setInt32(at, Math.floor(number / 2 ** 32));
      view.setInt32(at + 4, number | 0);
    } else if (bytes === 4) view.setInt32(at, number);
    else if (bytes === 2) view.setInt16(at, number);
    else view.setInt8(at, number);
    at += bytes;
  }
  return at;
}

/** Writes UUIDs in canonical form; null for none. */
export function putUuids(arena: ByteArena, values: Texts, type: ElementType): void {
  putHeader(arena, values.length, type);
  inParts(values, (part) => {
    const digits = part.join('');
    const most = part.length * 20;
    arena.reserve(most + digits.length);
    // Their text is written after the end of their future bytes, and read from there.
    arena.buffer.write(digits, arena.at + most, 'latin1');
    arena.at = uuidsInto(arena.buffer, arena.at, part, arena.at + most);
  });
}

function uuidsInto(buffer: Buffer, start: number, values: Texts, digits: number): number {
  let at = start;
  let from = digits;
  for (let row = 0; row < values.length; row++) {
    if (values[row] === null) {
      at = putWord(buffer, at, -1);
      continue;
    }
    at = putWord(buffer, at, 16);
    for (const end = at + 16; at < end; from += 2) {
      if (buffer[from] === hyphen) from += 1;
      buffer[at++] = (nibble(buffer[from] ?? 0) << 4) | nibble(buffer[from + 1] ?? 0);
    }
  }
  return at;
}

const hyphen = 45;
/** The value of a lower-case hexadecimal digit. */
const nibble = (code: number) => (code < 58 ? code - 48 : code - 87);

/**
 * Writes strings; null for none. They are joined and copied at once, each after room for its length.
 * Reading the characters of one string after another takes four times as long: V8 has so many string
 * representations that it looks up, for every character, how to read it.
 */
export function putTexts(arena: ByteArena, values: Texts, type: ElementType): void {
  putHeader(arena, values.length, type);
  inParts(values, (part) => {
    const joined = part.join(room);
    const bytes = Buffer.byteLength(joined);
    arena.reserve(room.length + bytes);
    // If there are as many bytes as characters, everything is ASCII.
    const isAscii = bytes === joined.length;
    arena.buffer.write(joined, arena.at + room.length, isAscii ? 'latin1' : 'utf8');
    arena.at = lengthsInto(arena.buffer, arena.at, part, isAscii);
  });
}

function lengthsInto(buffer: Buffer, start: number, values: Texts, isAscii: boolean): number {
  let at = start;
  for (let row = 0; row < values.length; row++) {
    const value = values[row] ?? null;
    const length = value === null ? -1 : isAscii ? value.length : Buffer.byteLength(value);
    at = putWord(buffer, at, length) + Math.max(0, length);
  }
  return at;
}

type Texts = readonly (string | null)[];
/** As long as a word. */
const room = '\0\0\0\0';

/**
 * The number of rows that are written at once. The joined string of these is short enough for V8's young
 * generation; a longer one gets separate pages, which are taken from the system and returned.
 */
const partRows = 1_000;

function inParts<T>(values: readonly T[], write: (part: readonly T[]) => void): void {
  for (let at = 0; at < values.length; at += partRows) write(values.slice(at, at + partRows));
}

function putHeader(arena: ByteArena, count: number, { oid }: ElementType): void {
  arena.reserve(headerBytes);
  const { buffer } = arena;
  let at = putWord(buffer, arena.at, count === 0 ? 0 : 1);
  // The flag only says that there may be nulls.
  at = putWord(buffer, at, 1);
  at = putWord(buffer, at, oid);
  if (count > 0) {
    at = putWord(buffer, at, count);
    at = putWord(buffer, at, 1);
  }
  arena.at = at;
}
