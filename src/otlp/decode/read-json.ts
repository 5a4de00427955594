import { describeJsonPlace } from '../../events/json-place.js';
import { keys } from '../tables/attribute-keys.js';
import type { Attributes } from './attributes.js';
import { createRawRecord, createRawSpan, type RawRecord, type RawSpan } from './otlp-item.js';
import { readJsonRecord, readJsonSpan } from './read-json-item.js';
import {
  isObject,
  type JsonObject,
  kindOf,
  readJsonAttributes,
  readJsonString,
  snakeCase,
} from './read-json-value.js';
import { MalformedBodyError } from './wire-reader.js';

/** The JSON of a body. @throws MalformedBodyError */
export function parseOtlpJson(bytes: Buffer): JsonObject {
  let value: unknown;
  let text: string | undefined;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    value = JSON.parse(text);
  } catch {
    const got = text === undefined ? 'other bytes' : describeJsonPlace(text);
    throw new MalformedBodyError(`Expected a body of JSON in UTF-8, got ${got}.`);
  }
  if (!isObject(value)) {
    throw new MalformedBodyError(`Expected a JSON object, got ${kindOf(value)}.`);
  }
  return value;
}

/** The spans of an ExportTraceServiceRequest in JSON: the same object is reused for each span. */
export function* readJsonSpans(body: JsonObject): Generator<RawSpan> {
  const span = createRawSpan();
  for (const group of listOf(body, 'resourceSpans')) {
    readResource(group, span.resource);
    span.service = textOf(span.resource, keys.serviceName);
    span.language = textOf(span.resource, keys.sdkLanguage);
    for (const scoped of listOf(group, 'scopeSpans')) {
      const scope = isObject(scoped.scope) ? scoped.scope : {};
      span.scope = readJsonString(scope.name, 200);
      span.scopeVersion = readJsonString(scope.version, 200);
      for (const item of itemsOf(scoped, 'spans')) {
        readJsonSpan(item, span);
        yield span;
      }
    }
  }
}

/** The records of an ExportLogsServiceRequest in JSON. */
export function* readJsonRecords(body: JsonObject): Generator<RawRecord> {
  const record = createRawRecord();
  for (const group of listOf(body, 'resourceLogs')) {
    readResource(group, record.resource);
    record.service = textOf(record.resource, keys.serviceName);
    for (const scoped of listOf(group, 'scopeLogs')) {
      for (const item of itemsOf(scoped, 'logRecords')) {
        readJsonRecord(item, record);
        yield record;
      }
    }
  }
}

const pointKinds = ['gauge', 'sum', 'histogram', 'exponentialHistogram', 'summary'];

/** How many data points an ExportMetricsServiceRequest in JSON has. */
export function countJsonPoints(body: JsonObject): number {
  let points = 0;
  for (const group of listOf(body, 'resourceMetrics')) {
    for (const scoped of listOf(group, 'scopeMetrics')) {
      for (const metric of listOf(scoped, 'metrics')) {
        for (const kind of pointKinds) {
          const data = metric[kind];
          if (isObject(data) && Array.isArray(data.dataPoints)) points += data.dataPoints.length;
        }
      }
    }
  }
  return points;
}

/** The names of a field that OTLP does not have, or no longer: ignored, they would lose every item. */
const otherNames = (field: string) => [
  snakeCase(field),
  ...(field === 'scopeSpans' ? ['instrumentationLibrarySpans'] : []),
  ...(field === 'scopeLogs' ? ['instrumentationLibraryLogs'] : []),
];

/** A list of items, each of which may be anything. @throws MalformedBodyError */
function itemsOf(parent: JsonObject, field: string): readonly unknown[] {
  const list = parent[field];
  if (list === undefined || list === null) {
    const other = otherNames(field).find((name) => Array.isArray(parent[name]));
    if (other === undefined) return [];
    throw new MalformedBodyError(`${other}: expected the name ${field}, as OTLP has it in JSON.`);
  }
  if (!Array.isArray(list)) {
    throw new MalformedBodyError(`${field}: expected an array, got ${kindOf(list)}.`);
  }
  return list;
}

/** A list of objects. @throws MalformedBodyError */
function listOf(parent: JsonObject, field: string): readonly JsonObject[] {
  const list = itemsOf(parent, field);
  const other = list.find((item) => !isObject(item));
  if (other !== undefined) {
    throw new MalformedBodyError(`${field}: expected an array of objects, got ${kindOf(other)}.`);
  }
  return list as readonly JsonObject[];
}

function readResource({ resource }: JsonObject, into: Attributes): void {
  into.clear();
  if (isObject(resource)) readJsonAttributes(resource.attributes, into);
}

function textOf(attributes: Attributes, key: number): string {
  const value = attributes.get(key);
  return typeof value === 'string' ? value : '';
}
