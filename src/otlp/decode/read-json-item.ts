import { keys } from '../tables/attribute-keys.js';
import { createAttributes } from './attributes.js';
import {
  bodyPrefix,
  clearRecord,
  clearSpan,
  type ItemFault,
  longestName,
  type RawRecord,
  type RawSpan,
} from './otlp-item.js';
import {
  isObject,
  type JsonObject,
  kindOf,
  readJsonAttributes,
  readJsonString,
  readJsonValue,
  readMicros,
  snakeCase,
} from './read-json-value.js';

const exception = createAttributes();

/** Reads a Span. Every error in it is a fault of this span only. */
export function readJsonSpan(item: unknown, span: RawSpan): void {
  clearSpan(span);
  const fault = (field: string, expected: string, got: string) => {
    span.fault ??= { field, expected, got };
  };
  if (!isObject(item)) {
    fault('', 'an object', kindOf(item));
    return;
  }
  span.traceId = readHex(item, 'traceId', 32, fault);
  span.spanId = readHex(item, 'spanId', 16, fault);
  const { parentSpanId: parent } = item;
  if (parent !== undefined && parent !== null && parent !== '') {
    span.parentId = readHex(item, 'parentSpanId', 16, fault);
  }
  const flags = Number(item.flags ?? 0);
  span.flags = Number.isInteger(flags) && flags >= 0 ? flags : 0;
  span.name = readJsonString(item.name, longestName);
  const start = readMicros(item.startTimeUnixNano);
  const end = readMicros(item.endTimeUnixNano);
  if (start === undefined)
    fault('startTimeUnixNano', 'nanoseconds', kindOf(item.startTimeUnixNano));
  if (end === undefined) fault('endTimeUnixNano', 'nanoseconds', kindOf(item.endTimeUnixNano));
  span.startUs = start ?? 0;
  span.endUs = end ?? 0;
  if (!readJsonAttributes(item.attributes, span.attributes)) {
    fault('attributes', 'an array', kindOf(item.attributes));
  }
  if (isObject(item.status)) {
    const { code } = item.status;
    span.statusCode = code === 'STATUS_CODE_ERROR' || Number(code) === 2 ? 2 : 0;
    span.statusMessage = readJsonString(item.status.message, 2_000);
  }
  if (Array.isArray(item.events)) readExceptions(item.events, span);
}

function readHex(
  item: JsonObject,
  field: string,
  digits: number,
  fault: (field: string, expected: string, got: string) => void,
): string {
  const value = item[field];
  if (typeof value !== 'string') {
    const other = snakeCase(field);
    fault(field, `${digits} hex digits`, item[other] === undefined ? kindOf(value) : other);
    return '';
  }
  if (value.length !== digits) {
    // The mapping of protobuf to JSON has base64, OTLP has not.
    const isBase64 = value.length === Math.ceil(digits / 6) * 4;
    fault(field, `${digits} hex digits`, isBase64 ? 'base64' : `${value.length} characters`);
    return '';
  }
  if (!/^[0-9a-fA-F]+$/.test(value)) {
    fault(field, `${digits} hex digits`, 'other characters');
    return '';
  }
  return value.toLowerCase();
}

function readExceptions(events: readonly unknown[], span: RawSpan): void {
  for (const event of events) {
    if (!isObject(event) || event.name !== 'exception') continue;
    exception.clear();
    readJsonAttributes(event.attributes, exception);
    const type = exception.get(keys.exceptionType);
    if (typeof type === 'string') span.exceptionType = type;
  }
}

/** Reads a LogRecord. */
export function readJsonRecord(item: unknown, record: RawRecord): void {
  clearRecord(record);
  const fault = (found: ItemFault) => {
    record.fault ??= found;
  };
  if (!isObject(item)) {
    fault({ field: '', expected: 'an object', got: kindOf(item) });
    return;
  }
  for (const field of ['timeUnixNano', 'observedTimeUnixNano'] as const) {
    const micros = readMicros(item[field]);
    if (micros === undefined) fault({ field, expected: 'nanoseconds', got: kindOf(item[field]) });
    if (field === 'timeUnixNano') record.timeUs = micros ?? 0;
    else record.observedUs = micros ?? 0;
  }
  record.eventName = readJsonString(item.eventName, longestName);
  const body = readJsonValue(item.body);
  if (typeof body === 'string' && body.startsWith(bodyPrefix) && body.length <= 200) {
    record.body = body;
  }
  if (!readJsonAttributes(item.attributes, record.attributes)) {
    fault({ field: 'attributes', expected: 'an array', got: kindOf(item.attributes) });
  }
}
