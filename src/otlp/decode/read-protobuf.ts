import { keys } from '../tables/attribute-keys.js';
import type { Attributes } from './attributes.js';
import {
  clearRecord,
  createRawRecord,
  createRawSpan,
  type RawRecord,
  type RawSpan,
} from './otlp-item.js';
import { readProtobufRecord } from './read-protobuf-record.js';
import { readProtobufSpan } from './read-protobuf-span.js';
import { readAttribute, readString } from './read-protobuf-value.js';
import { eachMessage, messageRanges, type Wire } from './wire-reader.js';

/**
 * The spans of an ExportTraceServiceRequest. The same object is reused for each span.
 * @throws MalformedBodyError
 */
export function* readProtobufSpans(bytes: Buffer): Generator<RawSpan> {
  const wire: Wire = { bytes, at: 0 };
  const span = createRawSpan();
  for (const [from, end] of pairs(messageRanges(wire, 0, bytes.length, 1))) {
    readResource(wire, from, end, span.resource);
    span.service = textOf(span.resource, keys.serviceName);
    span.language = textOf(span.resource, keys.sdkLanguage);
    for (const [scopeFrom, scopeEnd] of pairs(messageRanges(wire, from, end, 2))) {
      span.scope = '';
      span.scopeVersion = '';
      // The scope is read first, at any position.
      eachMessage(wire, scopeFrom, scopeEnd, 1, (start, stop) => {
        span.scope = readText(wire, start, stop, 1);
        span.scopeVersion = readText(wire, start, stop, 2);
      });
      const spans = messageRanges(wire, scopeFrom, scopeEnd, 2);
      for (let at = 0; at < spans.length; at += 2) {
        readProtobufSpan(wire, spans[at] as number, spans[at + 1] as number, span);
        yield span;
      }
    }
  }
}

/** The records of an ExportLogsServiceRequest, as `readProtobufSpans` reads spans. */
export function* readProtobufRecords(bytes: Buffer): Generator<RawRecord> {
  const wire: Wire = { bytes, at: 0 };
  const record = createRawRecord();
  for (const [from, end] of pairs(messageRanges(wire, 0, bytes.length, 1))) {
    readResource(wire, from, end, record.resource);
    record.service = textOf(record.resource, keys.serviceName);
    for (const [scopeFrom, scopeEnd] of pairs(messageRanges(wire, from, end, 2))) {
      const records = messageRanges(wire, scopeFrom, scopeEnd, 2);
      for (let at = 0; at < records.length; at += 2) {
        clearRecord(record);
        readProtobufRecord(wire, records[at] as number, records[at + 1] as number, record);
        yield record;
      }
    }
  }
}

/** The fields of a Metric with data points: gauge, sum, histogram, exponential histogram, summary. */
const pointFields = [5, 7, 9, 10, 11];

/** How many data points an ExportMetricsServiceRequest has. Nothing else of it is read. */
export function countProtobufPoints(bytes: Buffer): number {
  const wire: Wire = { bytes, at: 0 };
  let points = 0;
  for (const [from, end] of pairs(messageRanges(wire, 0, bytes.length, 1))) {
    for (const [scopeFrom, scopeEnd] of pairs(messageRanges(wire, from, end, 2))) {
      for (const [metricFrom, metricEnd] of pairs(messageRanges(wire, scopeFrom, scopeEnd, 2))) {
        for (const field of pointFields) {
          for (const [dataFrom, dataEnd] of pairs(
            messageRanges(wire, metricFrom, metricEnd, field),
          ))
            points += messageRanges(wire, dataFrom, dataEnd, 1).length / 2;
        }
      }
    }
  }
  return points;
}

function readResource(wire: Wire, from: number, end: number, into: Attributes): void {
  into.clear();
  eachMessage(wire, from, end, 1, (resourceFrom, resourceEnd) =>
    eachMessage(wire, resourceFrom, resourceEnd, 1, (start, stop) => {
      wire.at = start;
      readAttribute(wire, stop, into);
    }),
  );
}

/** A string in a field of a message. */
function readText(wire: Wire, from: number, end: number, field: number): string {
  let text = '';
  eachMessage(wire, from, end, field, (start, stop) => {
    wire.at = start;
    text = readString(wire, stop, 200);
  });
  return text;
}

function textOf(attributes: Attributes, key: number): string {
  const value = attributes.get(key);
  return typeof value === 'string' ? value : '';
}

function* pairs(ranges: readonly number[]): Generator<readonly [number, number]> {
  for (let at = 0; at < ranges.length; at += 2) {
    yield [ranges[at] as number, ranges[at + 1] as number];
  }
}
