import { type Attributes, type AttributeValue, listKey, longestList } from './attributes.js';
import { findKeyBytes } from './key-bytes.js';
import {
  eachMessage,
  readFixed64,
  readInt64,
  readLength,
  readTag,
  readUint32,
  skipField,
  type Wire,
  wireTypes,
} from './wire-reader.js';

/** The maximum length of a string value, in bytes; longer ones count as absent. */
const longestValue = 65_536;

/**
 * Reads a KeyValue if its key is one that is read. The positions of key and value are found first, so an
 * unwanted value is skipped as bytes, and their order does not matter.
 */
export function readAttribute(wire: Wire, end: number, into: Attributes): void {
  let key: number | undefined;
  let from = -1;
  let stop = -1;
  while (wire.at < end) {
    const tag = readTag(wire, end);
    if (tag === ((1 << 3) | wireTypes.bytes)) {
      const keyEnd = readLength(wire, end);
      key = findKeyBytes(wire.bytes, wire.at, keyEnd);
      wire.at = keyEnd;
    } else if (tag === ((2 << 3) | wireTypes.bytes)) {
      stop = readLength(wire, end);
      from = wire.at;
      wire.at = stop;
    } else {
      skipField(wire, end, tag);
    }
  }
  if (key === undefined || from < 0) return;
  wire.at = from;
  const value = readValue(wire, stop, key === listKey);
  if (value !== undefined) into.set(key, value);
  wire.at = end;
}

/** An AnyValue that is a string, a boolean or a number, or, if wanted, an array. */
function readValue(wire: Wire, end: number, isList: boolean): AttributeValue | undefined {
  let value: AttributeValue | undefined;
  while (wire.at < end) {
    const tag = readTag(wire, end);
    switch (tag) {
      case (1 << 3) | wireTypes.bytes: {
        const stop = readLength(wire, end);
        const isShort = stop - wire.at <= longestValue;
        value = isShort ? wire.bytes.toString('utf8', wire.at, stop) : undefined;
        wire.at = stop;
        break;
      }
      case (2 << 3) | wireTypes.varint:
        value = readUint32(wire, end) !== 0;
        break;
      case (3 << 3) | wireTypes.varint:
        value = readInt64(wire, end);
        break;
      case (4 << 3) | wireTypes.fixed64:
        value = wire.bytes.readDoubleLE(readFixed64(wire, end));
        break;
      case (5 << 3) | wireTypes.bytes: {
        const stop = readLength(wire, end);
        if (isList) value = readList(wire, wire.at, stop);
        wire.at = stop;
        break;
      }
      default:
        skipField(wire, end, tag);
    }
  }
  return value;
}

/** An ArrayValue: the strings in it, as JSON. */
function readList(wire: Wire, from: number, end: number): string {
  const texts: string[] = [];
  let read = 0;
  eachMessage(wire, from, end, 1, (start, stop) => {
    read += 1;
    if (read > longestList) return;
    wire.at = start;
    const value = readValue(wire, stop, false);
    if (typeof value === 'string') texts.push(value);
  });
  return JSON.stringify(texts);
}

/** A string of at most this number of characters; the rest is not decoded. */
export function readString(wire: Wire, end: number, longest: number): string {
  // A character has at most four bytes.
  const stop = Math.min(end, wire.at + longest * 4);
  const text = wire.bytes.toString('utf8', wire.at, stop);
  wire.at = end;
  return text.length > longest ? text.slice(0, longest) : text;
}
