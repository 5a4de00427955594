import { RunfoldError } from '../../environment/runfold-error.js';

/** Bytes of a protobuf message, and how far they have been read. */
export interface Wire {
  readonly bytes: Buffer;
  at: number;
}

/** A body that is not what its media type says. `message` names the rule, never a value. */
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

/** The low 32 bits of a varint, which may take up to ten bytes. */
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

/** A signed 64-bit varint, as near as a number comes to it. */
export function readInt64(wire: Wire, end: number): number {
  const { bytes } = wire;
  let value = 0;
  let scale = 1;
  for (let length = 0; length < 10; length++) {
    if (wire.at >= end) throw malformed('a varint that is cut off');
    const byte = bytes[wire.at++] as number;
    // Negative numbers take all ten bytes, of which the last is 1.
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

/** Where a value of known length ends; the reader stands at its beginning. */
export function readLength(wire: Wire, end: number): number {
  const length = readUint32(wire, end);
  const stop = wire.at + length;
  if (stop > end) throw malformed('a value that is cut off');
  return stop;
}

/** The place of eight bytes, which are read past. */
export function readFixed64(wire: Wire, end: number): number {
  const from = wire.at;
  if (from + 8 > end) throw malformed('a number that is cut off');
  wire.at = from + 8;
  return from;
}

/**
 * Microseconds of a time in nanoseconds that is stored as a 64-bit integer, cut off to the
 * microsecond without losing a digit: 2^32 is 4,294,967 thousands and 296.
 */
export function microsAt(bytes: Buffer, from: number): number {
  const low = bytes.readUInt32LE(from);
  const high = bytes.readUInt32LE(from + 4);
  return high * 4_294_967 + Math.floor((high * 296 + low) / 1000);
}

/** The deepest nesting of groups; nobody has sent groups for twenty years. */
const deepestGroup = 32;

/** Reads past a value that nobody wants. */
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
 * Calls `take` with the range of each message in a field. Fields of that number with another wire
 * type are an error, as they cannot be what the sender meant.
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
  eachMessage(wire, from, end, field, (start, stop) => void ranges.push(start, stop));
  return ranges;
}
