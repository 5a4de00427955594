import { bodyPrefix, longestName, type RawRecord } from './otlp-item.js';
import { readAttribute, readString } from './read-protobuf-value.js';
import {
  microsAt,
  readFixed64,
  readLength,
  readTag,
  skipField,
  type Wire,
  wireTypes,
} from './wire-reader.js';

/** Reads a LogRecord. */
export function readProtobufRecord(wire: Wire, from: number, end: number, record: RawRecord): void {
  wire.at = from;
  while (wire.at < end) {
    const tag = readTag(wire, end);
    switch (tag) {
      case (1 << 3) | wireTypes.fixed64:
        record.timeUs = microsAt(wire.bytes, readFixed64(wire, end));
        break;
      case (11 << 3) | wireTypes.fixed64:
        record.observedUs = microsAt(wire.bytes, readFixed64(wire, end));
        break;
      case (5 << 3) | wireTypes.bytes: {
        const stop = readLength(wire, end);
        record.body = readBody(wire, stop);
        wire.at = stop;
        break;
      }
      case (6 << 3) | wireTypes.bytes:
        readAttribute(wire, readLength(wire, end), record.attributes);
        break;
      case (12 << 3) | wireTypes.bytes:
        record.eventName = readString(wire, readLength(wire, end), longestName);
        break;
      default:
        skipField(wire, end, tag);
    }
  }
}

/** A body that is the name of a record; any other body is content, and no string is made from it. */
function readBody(wire: Wire, end: number): string {
  while (wire.at < end) {
    const tag = readTag(wire, end);
    if (tag !== ((1 << 3) | wireTypes.bytes)) {
      skipField(wire, end, tag);
      continue;
    }
    const stop = readLength(wire, end);
    const isName =
      stop - wire.at <= 200 &&
      wire.bytes.toString('latin1', wire.at, Math.min(stop, wire.at + bodyPrefix.length)) ===
        bodyPrefix;
    const text = isName ? wire.bytes.toString('utf8', wire.at, stop) : '';
    wire.at = stop;
    if (isName) return text;
  }
  return '';
}
