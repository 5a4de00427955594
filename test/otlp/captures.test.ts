import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { MetricEvent } from '#runfold/events/metric-event.js';
import { type OtlpEncoding, readRecords, readSpans } from '#runfold/otlp/read-body.js';
import { type Capture, type CapturedRequest, readCaptures } from '../../harness/otlp/captures.js';
import { encodeOtlp } from '../../harness/otlp/encode.js';
import { createMemoryInbox } from '../../harness/otlp/memory-inbox.js';
import { comparable, totalsOf } from '../../harness/otlp/totals.js';

const options = { nowUs: 1_796_000_000_000_000, mostDays: 0, keepsErrorText: false };

function bytesOf(request: CapturedRequest, encoding: OtlpEncoding) {
  const { body, body_base64, content_encoding } = request;
  if (encoding === 'json') return Buffer.from(JSON.stringify(body));
  if (body_base64 === undefined) return encodeOtlp(body);
  const bytes = Buffer.from(body_base64, 'base64');
  return content_encoding === 'gzip' ? gunzipSync(bytes) : bytes;
}

/** The events from a capture's requests, each of them a separate batch. */
function eventsOf({ requests }: Capture, encoding: OtlpEncoding): readonly MetricEvent[] {
  const inbox = createMemoryInbox();
  const logs = new Map<string, MetricEvent>();
  for (const request of requests) {
    if (request.after_wait === true) inbox.endWait();
    const bytes = bytesOf(request, encoding);
    if (request.path === '/v1/traces') {
      inbox.add(
        [...readSpans(bytes, encoding, options)].flatMap((one) =>
          'item' in one ? [one.item] : [],
        ),
      );
    } else if (request.path === '/v1/logs') {
      for (const one of readRecords(bytes, encoding, options)) {
        if ('item' in one) logs.set(one.item.id, one.item);
      }
    }
  }
  inbox.endWait();
  return [...inbox.events, ...logs.values()];
}

describe.each(readCaptures())('$name ($emitter)', (capture) => {
  const encodings = (['json', 'protobuf'] as const).filter(
    // Protobuf cannot express their faults.
    (encoding) => encoding === 'json' || capture.name !== 'faulty-spans',
  );
  test.each(encodings)('gives its totals from %s', (encoding) => {
    const { runs, sessions } = totalsOf(eventsOf(capture, encoding));
    const { expected } = capture;
    expect(comparable(runs, expected.runs)).toEqual(comparable(expected.runs, expected.runs));
    expect(comparable(sessions, expected.sessions)).toEqual(
      comparable(expected.sessions, expected.sessions),
    );
  });
});
