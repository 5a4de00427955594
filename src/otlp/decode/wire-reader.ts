import { RunfoldError } from '../../environment/runfold-error.js';

/** The bytes of a protobuf message, and the current position. */
export interface Wire {
  readonly bytes: Buffer;
  at: number;
  /** How many messages `messageRanges` has found in all. */
  messages?: number;
}

/** More than a body of 10,000 events and their scopes has. Two bytes can be an empty message, which costs its reader more. */
const mostMessages = 500_000;

/** A body does not match its media type. `message` names the rule, never a value. */
export class MalformedBodyError extends RunfoldError {
  readonly code = 'malformed_body';
  constructor(message: string) {
    super(message);
    this.name = 'MalformedBodyError';
  }
}

/** The wire types of protobuf that are still in use. */
export const wireTypes = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

const malformed = (what: string) => new MalformedBodyError(`Expected protobuf, got ${what}.`);

/** The low 32 bits of a varint, which may have up to ten bytes. */
export function readUint32(wire: Wire, end: number): number {
  const { bytes } = wire;
  let value = 0;
  for (let shift = 0; shift < 70; shift += 7) {
    if (wire.at >= end) throw malformed('a varint that is cut off');
    const byte = bytes[wire.at++] as number;
    if (shift < 32) value |= (byte & 127) << shift;
    if (byte < 128) return value >>> 0;
  }
  throw malformed('a varint of more than ten bytes');
}

/** A signed 64-bit varint, as the nearest number. */
export function readInt64(wire: Wire, end: number): number {
  const { bytes } = wire;
  let value = 0;
  let scale = 1;
  for (let length = 0; length < 10; length++) {
    if (wire.at >= end) throw malformed('a varint that is cut off');
    const byte = bytes[wire.at++] as number;
    // Negative numbers have all ten bytes, and the last one is 1.
    if (length === 9) return byte === 1 ? negative(bytes, wire.at - 10) : Number.NaN;
    value += (byte & 127) * scale;
    scale *= 128;
    if (byte < 128) return value;
  }
  throw malformed('a varint of more than ten bytes');
}

function negative(bytes: Buffer, from: number): number {
  let value = 0n;
  for (let at = 0; at < 10; at++)
    value |= BigInt((bytes[from + at] as number) & 127) << BigInt(7 * at);
  return Number(BigInt.asIntN(64, value));
}

/** A tag: the number of a field times 8, and the wire type of its value. */
export function readTag(wire: Wire, end: number): number {
  const tag = readUint32(wire, end);
  if (tag >>> 3 === 0) throw malformed('a field of number 0');
  return tag;
}

/** The end of a value with a known length; the reader is at its start. */
export function readLength(wire: Wire, end: number): number {
  const length = readUint32(wire, end);
  const stop = wire.at + length;
  if (stop > end) throw malformed('a value that is cut off');
  return stop;
}

/** The position of eight bytes, which are skipped. */
export function readFixed64(wire: Wire, end: number): number {
  const from = wire.at;
  if (from + 8 > end) throw malformed('a number that is cut off');
  wire.at = from + 8;
  return from;
}

/**
 * Microseconds of a time in nanoseconds that is stored as a 64-bit integer, truncated to the
 * microsecond without losing a digit: 2^32 is 4,294,967 thousands and 296.
 */
export function microsAt(bytes: Buffer, from: number): number {
  const low = bytes.readUInt32LE(from);
  const high = bytes.readUInt32LE(from + 4);
  return high * 4_294_967 + Math.floor((high * 296 + low) / 1000);
}

/** The maximum nesting of groups, which have been deprecated for twenty years. */
const deepestGroup = 32;

/** Skips an unwanted value. */
export function skipField(wire: Wire, end: number, tag: number, depth = 0): void {
  switch (tag & 7) {
    case wireTypes.varint:
      readUint32(wire, end);
      return;
    case wireTypes.fixed64:
      readFixed64(wire, end);
      return;
    case wireTypes.bytes:
      wire.at = readLength(wire, end);
      return;
    case wireTypes.fixed32:
      if (wire.at + 4 > end) throw malformed('a number that is cut off');
      wire.at += 4;
      return;
    case 3:
      if (depth >= deepestGroup) throw malformed('groups that are nested too deeply');
      for (;;) {
        const inner = readTag(wire, end);
        if ((inner & 7) === 4) {
          if (inner >>> 3 !== tag >>> 3) throw malformed('a group that ends as another');
          return;
        }
        skipField(wire, end, inner, depth + 1);
      }
    default:
      throw malformed('a wire type that does not exist');
  }
}

/**
 * Calls `take` with the range of each message in a field. A field with this number but another wire
 * type is an error.
 */
export function eachMessage(
  wire: Wire,
  from: number,
  end: number,
  field: number,
  take: (from: number, end: number) => void,
): void {
  wire.at = from;
  while (wire.at < end) {
    const tag = readTag(wire, end);
    if (tag >>> 3 !== field) {
      skipField(wire, end, tag);
      continue;
    }
    if ((tag & 7) !== wireTypes.bytes) throw malformed(`a field ${field} that is no message`);
    const stop = readLength(wire, end);
    take(wire.at, stop);
    wire.at = stop;
  }
}

/** The ranges of the messages in a field, as pairs in one list. */
export function messageRanges(wire: Wire, from: number, end: number, field: number): number[] {
  const ranges: number[] = [];
  let messages = wire.messages ?? 0;
  eachMessage(wire, from, end, field, (start, stop) => {
    if (++messages > mostMessages) {
      throw new MalformedBodyError(
        `Expected at most ${mostMessages} messages in a body, got more.`,
      );
    }
    ranges.push(start, stop);
  });
  wire.messages = messages;
  return ranges;
}
