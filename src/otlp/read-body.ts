import type { MetricEvent } from '../events/metric-event.js';
import type { ItemFault, RawRecord, RawSpan } from './decode/otlp-item.js';
import {
  countJsonPoints,
  parseOtlpJson,
  readJsonRecords,
  readJsonSpans,
} from './decode/read-json.js';
import {
  countProtobufPoints,
  readProtobufRecords,
  readProtobufSpans,
} from './decode/read-protobuf.js';
import { createRecordReader } from './logs/log-events.js';
import { type ReduceOptions, reduceSpan } from './spans/reduce-span.js';
import type { SpanItem } from './spans/span-item.js';

/** The media types of OTLP bodies. */
export const otlpEncodings = ['protobuf', 'json'] as const;
export type OtlpEncoding = (typeof otlpEncodings)[number];

/** The items of a body. */
export type BodyItem<T> =
  | { readonly item: T }
  | { readonly fault: ItemFault }
  | { readonly ignored: true };

/** Reads the spans of a body one by one. @throws MalformedBodyError */
export function* readSpans(
  bytes: Buffer,
  encoding: OtlpEncoding,
  options: ReduceOptions,
): Generator<BodyItem<SpanItem>> {
  const spans: Generator<RawSpan> =
    encoding === 'json' ? readJsonSpans(parseOtlpJson(bytes)) : readProtobufSpans(bytes);
  for (const span of spans) yield reduceSpan(span, options);
}

/** Reads the events of a body's log records one by one. @throws MalformedBodyError */
export function* readRecords(
  bytes: Buffer,
  encoding: OtlpEncoding,
  options: ReduceOptions,
): Generator<BodyItem<MetricEvent>> {
  const records: Generator<RawRecord> =
    encoding === 'json' ? readJsonRecords(parseOtlpJson(bytes)) : readProtobufRecords(bytes);
  const read = createRecordReader(options.nowUs);
  for (const record of records) {
    const result = read(record);
    yield 'event' in result ? { item: result.event } : result;
  }
}

/** How many data points a body of metrics has. @throws MalformedBodyError */
export function countPoints(bytes: Buffer, encoding: OtlpEncoding): number {
  return encoding === 'json' ? countJsonPoints(parseOtlpJson(bytes)) : countProtobufPoints(bytes);
}
