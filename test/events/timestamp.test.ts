import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatTimestamp, parseTimestamp } from '#runfold/events/timestamp.js';

describe('a timestamp', () => {
  test.each([
    ['2026-01-31T12:00:00Z', 1_769_860_800_000_000],
    ['2026-01-31t12:00:00z', 1_769_860_800_000_000],
    ['2026-01-31 12:00:00+00:00', 1_769_860_800_000_000],
    ['2026-01-31T13:45:00+01:45', 1_769_860_800_000_000],
    ['2026-01-31T06:30:00-05:30', 1_769_860_800_000_000],
    ['2026-01-31T12:00:00.000001Z', 1_769_860_800_000_001],
    ['2026-01-31T12:00:00.1234567Z', 1_769_860_800_123_456],
    ['2024-02-29T00:00:00Z', 1_709_164_800_000_000],
    ['2016-12-31T23:59:60Z', 1_483_228_800_000_000],
  ])('%s is read to the microsecond', (text, micros) => {
    expect(parseTimestamp(text)).toBe(micros);
  });

  test.each([
    '2026-01-31',
    '2026-01-31T12:00:00',
    '2026-13-01T00:00:00Z',
    '2026-00-10T00:00:00Z',
    '2026-01-32T00:00:00Z',
    '2025-02-29T00:00:00Z',
    '2026-01-31T24:00:00Z',
    '2026-01-31T12:60:00Z',
    '2026-01-31T12:00:61Z',
    '2026-01-31T12:00:00.Z',
    '2026-01-31T12:00:00+24:00',
    '2026-01-31T12:00:00Z ',
    '',
  ])('%j is none', (text) => {
    expect(parseTimestamp(text)).toBeUndefined();
  });

  test('comes back from its text as it was, and Date agrees with it', () => {
    const micros = fc.integer({ min: 946_684_800_000_000, max: 7_258_118_400_000_000 });
    fc.assert(
      fc.property(micros, (value) => {
        const text = formatTimestamp(value);
        expect(parseTimestamp(text)).toBe(value);
        expect(Date.parse(text)).toBe(Math.floor(value / 1000));
      }),
    );
  });
});
