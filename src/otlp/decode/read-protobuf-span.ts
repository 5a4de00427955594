import { keys } from '../tables/attribute-keys.js';
import { createAttributes } from './attributes.js';
import { clearSpan, longestName, type RawSpan } from './otlp-item.js';
import { readAttribute, readString } from './read-protobuf-value.js';
import {
  eachMessage,
  microsAt,
  readFixed64,
  readLength,
  readTag,
  readUint32,
  skipField,
  type Wire,
  wireTypes,
} from './wire-reader.js';

const bytesOf = (field: number) => (field << 3) | wireTypes.bytes;
const fixed64Of = (field: number) => (field << 3) | wireTypes.fixed64;
const fixed32Of = (field: number) => (field << 3) | wireTypes.fixed32;

/** The attributes of an exception event; only its type is read. */
const exception = createAttributes();

/** Reads a Span. A missing field is a fault of the span; invalid protobuf throws. */
export function readProtobufSpan(wire: Wire, from: number, end: number, span: RawSpan): void {
  clearSpan(span);
  const { bytes } = wire;
  wire.at = from;
  while (wire.at < end) {
    const tag = readTag(wire, end);
    switch (tag) {
      case bytesOf(1):
        span.traceId = readId(wire, readLength(wire, end), 16, 'traceId', span);
        break;
      case bytesOf(2):
        span.spanId = readId(wire, readLength(wire, end), 8, 'spanId', span);
        break;
      case bytesOf(4): {
        const stop = readLength(wire, end);
        if (stop > wire.at) span.parentId = readId(wire, stop, 8, 'parentSpanId', span);
        break;
      }
      case bytesOf(5):
        span.name = readString(wire, readLength(wire, end), longestName);
        break;
      case fixed64Of(7):
        span.startUs = microsAt(bytes, readFixed64(wire, end));
        break;
      case fixed64Of(8):
        span.endUs = microsAt(bytes, readFixed64(wire, end));
        break;
      case bytesOf(9):
        readAttribute(wire, readLength(wire, end), span.attributes);
        break;
      case bytesOf(11): {
        const stop = readLength(wire, end);
        readEvent(wire, wire.at, stop, span);
        wire.at = stop;
        break;
      }
      case bytesOf(15): {
        const stop = readLength(wire, end);
        readStatus(wire, stop, span);
        wire.at = stop;
        break;
      }
      case fixed32Of(16):
        if (wire.at + 4 <= end) span.flags = bytes.readUInt32LE(wire.at);
        skipField(wire, end, tag);
        break;
      default:
        skipField(wire, end, tag);
    }
  }
}

/** The hex digits of an id. */
function readId(wire: Wire, end: number, length: number, field: string, span: RawSpan): string {
  const from = wire.at;
  wire.at = end;
  if (end - from !== length) {
    span.fault ??= { field, expected: `${length} bytes`, got: String(end - from) };
    return '';
  }
  return wire.bytes.toString('hex', from, end);
}

function readStatus(wire: Wire, end: number, span: RawSpan): void {
  while (wire.at < end) {
    const tag = readTag(wire, end);
    if (tag === ((3 << 3) | wireTypes.varint)) span.statusCode = readUint32(wire, end);
    else if (tag === bytesOf(2)) {
      span.statusMessage = readString(wire, readLength(wire, end), 2_000);
    } else skipField(wire, end, tag);
  }
}

/** An event of a span: the type of an exception is read, its message and stack trace never. */
function readEvent(wire: Wire, from: number, end: number, span: RawSpan): void {
  let isException = false;
  eachMessage(wire, from, end, 2, (start, stop) => {
    isException = stop - start === 9 && wire.bytes.toString('latin1', start, stop) === 'exception';
  });
  if (!isException) return;
  exception.clear();
  eachMessage(wire, from, end, 3, (start, stop) => {
    wire.at = start;
    readAttribute(wire, stop, exception);
  });
  const type = exception.get(keys.exceptionType);
  if (typeof type === 'string') span.exceptionType = type;
}
