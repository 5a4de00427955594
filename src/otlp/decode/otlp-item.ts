import { type Attributes, createAttributes } from './attributes.js';

/** A fault of one span or log record: the field, what was expected, and the kind of the input. */
export interface ItemFault {
  readonly field: string;
  readonly expected: string;
  readonly got: string;
}

/**
 * A decoded span. One object is reused for all spans of a body, so that decoding makes almost no garbage.
 * Copy what you need to keep.
 */
export interface RawSpan {
  /** Its first fault; the other fields are then meaningless. */
  fault: ItemFault | undefined;
  /** 32 hex digits in lower case. */
  traceId: string;
  /** 16 hex digits in lower case. */
  spanId: string;
  /** Empty if it has no parent. */
  parentId: string;
  flags: number;
  name: string;
  /** Microseconds since 1970, truncated; 0 if absent. */
  startUs: number;
  endUs: number;
  statusCode: number;
  statusMessage: string;
  /** The type of its last recorded exception; empty if there is none. */
  exceptionType: string;
  readonly attributes: Attributes;
  /** The attributes of its resource. */
  readonly resource: Attributes;
  scope: string;
  scopeVersion: string;
  service: string;
  language: string;
}

/** A decoded log record; the object is reused for each record. */
export interface RawRecord {
  fault: ItemFault | undefined;
  timeUs: number;
  observedUs: number;
  eventName: string;
  /** The body if it is a string that begins with `claude_code.`; otherwise empty. */
  body: string;
  readonly attributes: Attributes;
  /** The attributes of its resource. */
  readonly resource: Attributes;
  service: string;
}

/** Only bodies of log records with this prefix are read. */
export const bodyPrefix = 'claude_code.';
/** The longest body of a record, and the longest name of a span, that are read, in characters. */
export const longestName = 1_000;

export function createRawSpan(): RawSpan {
  return {
    fault: undefined,
    traceId: '',
    spanId: '',
    parentId: '',
    flags: 0,
    name: '',
    startUs: 0,
    endUs: 0,
    statusCode: 0,
    statusMessage: '',
    exceptionType: '',
    attributes: createAttributes(),
    resource: createAttributes(),
    scope: '',
    scopeVersion: '',
    service: '',
    language: '',
  };
}

export function clearSpan(span: RawSpan): void {
  span.fault = undefined;
  span.traceId = '';
  span.spanId = '';
  span.parentId = '';
  span.flags = 0;
  span.name = '';
  span.startUs = 0;
  span.endUs = 0;
  span.statusCode = 0;
  span.statusMessage = '';
  span.exceptionType = '';
  span.attributes.clear();
}

export function createRawRecord(): RawRecord {
  return {
    fault: undefined,
    timeUs: 0,
    observedUs: 0,
    eventName: '',
    body: '',
    attributes: createAttributes(),
    resource: createAttributes(),
    service: '',
  };
}

export function clearRecord(record: RawRecord): void {
  record.fault = undefined;
  record.timeUs = 0;
  record.observedUs = 0;
  record.eventName = '';
  record.body = '';
  record.attributes.clear();
}
