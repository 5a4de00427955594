import { expect } from 'vitest';
import { readRecords, readSpans } from '#runfold/otlp/read-body.js';
import { encodeOtlp } from '../../harness/otlp/encode.js';
import { createMemoryInbox } from '../../harness/otlp/memory-inbox.js';

const options = { nowUs: 1_796_000_000_000_000, mostDays: 0, keepsErrorText: false };

/** A value as an attribute has it; a plain number is an integer if it is one. */
export type Value = string | number | boolean | { readonly double: number } | readonly string[];
export type Attributes = Readonly<Record<string, Value>>;

function anyValue(value: Value): Readonly<Record<string, unknown>> {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'number') {
    return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
  }
  if ('double' in value) return { doubleValue: value.double };
  return { arrayValue: { values: value.map(anyValue) } };
}

export const attributesOf = (attributes: Attributes) =>
  Object.entries(attributes).map(([key, value]) => ({ key, value: anyValue(value) }));

export const span = (attributes: Attributes, more: Readonly<Record<string, unknown>> = {}) => ({
  traceId: 'AB'.repeat(16),
  spanId: '00000000000000b1',
  name: 'span',
  startTimeUnixNano: '1795999999000000000',
  endTimeUnixNano: '1795999999500000000',
  attributes: attributesOf(attributes),
  ...more,
});

export interface Scope {
  readonly scope?: string;
  readonly version?: string;
  readonly resource?: Attributes;
}

/** The same items from both encodings, which must agree. */
function inBoth<T>(body: object, read: (bytes: Buffer, encoding: 'json' | 'protobuf') => T): T {
  const json = read(Buffer.from(JSON.stringify(body)), 'json');
  expect(read(encodeOtlp(body as Readonly<Record<string, unknown>>), 'protobuf')).toEqual(json);
  return json;
}

/** The events of spans of one trace, when nothing waits any longer. */
export function eventsOf(
  spans: readonly object[],
  { scope = 'test', version, resource = {} }: Scope = {},
) {
  const scopeSpans = [{ scope: { name: scope, version }, spans }];
  const body = {
    resourceSpans: [{ resource: { attributes: attributesOf(resource) }, scopeSpans }],
  };
  return inBoth(body, (bytes, encoding) => {
    const inbox = createMemoryInbox();
    const read = [...readSpans(bytes, encoding, options)];
    inbox.add(read.flatMap((one) => ('item' in one ? [one.item] : [])));
    inbox.endWait();
    return inbox.events;
  });
}

export const eventOf = (attributes: Attributes, more = {}, scope: Scope = {}) =>
  eventsOf([span(attributes, more)], scope)[0];

/** What came of log records: their events, faults, and nothing where a record is ignored. */
export function recordsOf(records: readonly object[], resource: Attributes = {}) {
  const body = {
    resourceLogs: [
      {
        resource: { attributes: attributesOf(resource) },
        scopeLogs: [{ scope: {}, logRecords: records }],
      },
    ],
  };
  return inBoth(body, (bytes, encoding) => [...readRecords(bytes, encoding, options)]);
}

export function recordOf(attributes: Attributes, more: object = {}, resource: Attributes = {}) {
  const record = {
    timeUnixNano: '1795999999000000000',
    attributes: attributesOf(attributes),
    ...more,
  };
  const [read] = recordsOf([record], resource);
  if (read !== undefined && 'fault' in read) return read.fault;
  return read !== undefined && 'item' in read ? read.item : undefined;
}

export const chat = { 'gen_ai.operation.name': 'chat' };
