import { type Attributes, createAttributes } from './attributes.js';

/** What is wrong with one span or log record: the field, what it takes, and the kind of what came. */
export interface ItemFault {
  readonly field: string;
  readonly expected: string;
  readonly got: string;
}

/**
 * A span as it was decoded. There is one of it for a whole body, filled again for each span, so that
 * decoding makes next to no garbage: whoever wants something to last copies it.
 */
export interface RawSpan {
  /** The first thing wrong with it; the other fields then mean nothing. */
  fault: ItemFault | undefined;
  /** 32 hex digits in lower case. */
  traceId: string;
  /** 16 hex digits in lower case. */
  spanId: string;
  /** Empty when it has no parent. */
  parentId: string;
  flags: number;
  name: string;
  /** Microseconds since 1970, cut off; 0 when not told. */
  startUs: number;
  endUs: number;
  statusCode: number;
  statusMessage: string;
  /** The type of the last exception it recorded; empty when there is none. */
  exceptionType: string;
  readonly attributes: Attributes;
  scope: string;
  service: string;
  language: string;
}

/** A log record as it was decoded; filled again for each record, as a span is. */
export interface RawRecord {
  fault: ItemFault | undefined;
  timeUs: number;
  observedUs: number;
  eventName: string;
  /** The body when it is a string that begins with `claude_code.`; else empty. */
  body: string;
  readonly attributes: Attributes;
  service: string;
}

/** The only bodies of log records that are read begin like this. */
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
    scope: '',
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
