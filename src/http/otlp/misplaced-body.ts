import { MalformedBodyError } from '../../otlp/decode/wire-reader.js';
import type { OtlpEncoding } from '../../otlp/read-body.js';
import { type OtlpSignal, signalOf } from '../../otlp/signal-of.js';
import type { OtlpBody } from './otlp-body.js';

/**
 * Where a body belongs that was sent to the path of another signal; undefined if it is in its place, or not OTLP. An
 * exporter with the address of another signal would lose every item, and read that all went well.
 */
export function describeMisplaced(
  { bytes, encoding }: OtlpBody,
  expected: OtlpSignal,
): string | undefined {
  const signal = signalIn(bytes, encoding);
  if (signal === undefined || signal === expected) return undefined;
  // In protobuf a metric is only what is neither a span nor a record.
  if (encoding === 'protobuf' && signal === 'metrics') return undefined;
  return `Expected ${expected}, got ${signal}. Send them to /v1/${signal}.`;
}

/** What a body is that its headers call something else, and the header to set; undefined if that is unknown. */
export function describeMisnamed({ bytes, encoding }: OtlpBody): string | undefined {
  const expected = encoding === 'json' ? 'JSON' : 'protobuf';
  const say = (got: string, header: string) => `Expected ${expected}, got ${got}. Set ${header}.`;
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return say('gzip', 'Content-Encoding: gzip');
  if (encoding === 'json') {
    return isProtobuf(bytes) ? say('protobuf', 'Content-Type: application/x-protobuf') : undefined;
  }
  const isJson = bytes.subarray(0, 64).toString('latin1').trimStart().startsWith('{');
  return isJson ? say('JSON', 'Content-Type: application/json') : undefined;
}

const isProtobuf = (bytes: Buffer) => signalIn(bytes, 'protobuf') !== undefined;

/** The signal of a body; undefined also if the body is malformed. */
function signalIn(bytes: Buffer, encoding: OtlpEncoding): OtlpSignal | undefined {
  try {
    return signalOf(bytes, encoding);
  } catch (error) {
    if (error instanceof MalformedBodyError) return undefined;
    throw error;
  }
}
