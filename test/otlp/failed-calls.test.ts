import { describe, expect, test } from 'vitest';
import { readSpans } from '#runfold/otlp/read-body.js';
import { encodeOtlp } from '../../harness/otlp/encode.js';

const options = { nowUs: 1_796_000_000_000_000, mostDays: 0, keepsErrorText: false };

/** The event of a model's span with some attributes, from both encodings. */
function eventsOf(attributes: Readonly<Record<string, string>>, status = 1) {
  const body = {
    resourceSpans: [
      {
        scopeSpans: [
          {
            spans: [
              {
                traceId: '00000000000000000000000000000001',
                spanId: '0000000000000002',
                name: 'chat gpt-5-mini',
                startTimeUnixNano: '1795999999000000000',
                endTimeUnixNano: '1795999999500000000',
                status: { code: status },
                attributes: Object.entries({ 'gen_ai.operation.name': 'chat', ...attributes }).map(
                  ([key, stringValue]) => ({ key, value: { stringValue } }),
                ),
              },
            ],
          },
        ],
      },
    ],
  };
  return [
    ...readSpans(Buffer.from(JSON.stringify(body)), 'json', options),
    ...readSpans(encodeOtlp(body), 'protobuf', options),
  ].map((read) => ('item' in read ? read.item.event : undefined));
}

describe('a call of a model', () => {
  test('failed where its span says so', () => {
    for (const event of eventsOf({}, 2)) expect(event).toMatchObject({ error: true });
  });

  // Mastra ends a failed call with the status OK.
  test('failed where all that says so is the reason why it ended', () => {
    const reasons = { 'gen_ai.response.finish_reasons': '["error"]' };
    for (const event of eventsOf(reasons)) expect(event).toMatchObject({ error: true });
  });

  test.each(['["stop"]', '["tool-calls"]', '[]'])('did not fail when it ended by %s', (reasons) => {
    for (const event of eventsOf({ 'gen_ai.response.finish_reasons': reasons })) {
      expect(event).toBeDefined();
      expect(event).not.toHaveProperty('error');
    }
  });
});
