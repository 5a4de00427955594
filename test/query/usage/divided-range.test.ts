import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dayUnit, hourUnit, monthUnit, quarterUnit } from '#runfold/projections/time-buckets.js';
import { dividedRange } from '#runfold/query/usage/divided-range.js';

const day = 96;
/** A month and the six after it. */
function monthsAfter(month: number): number[] {
  const months = [month];
  while (months.length < 7) months.push(monthUnit.next(months.at(-1) ?? month));
  return months;
}
/** A range of quarters of an hour within some months, with starts of buckets in it, and the kinds of units. */
const question = fc.record({
  // Before 1970, in February of a leap year, and in years of today.
  first: fc
    .tuple(fc.constantFrom(-400, 0, 770, 20_450), fc.integer({ min: 0, max: 100 * day }))
    .map(([at, more]) => at * day + more),
  length: fc.integer({ min: 1, max: 130 * day }),
  // Days and months that begin at midnight of UTC, at another full hour and at a quarter, and starts without a rule.
  starts: fc.oneof(
    fc
      .record({ every: fc.constantFrom(day, 7 * day), at: fc.constantFrom(0, 4, 23, 92) })
      .map(({ every, at }) => Array.from({ length: 260 }, (_, next) => next * every + at)),
    fc.array(fc.integer({ min: 0, max: 230 * day }), { maxLength: 12 }),
  ),
  // Months begin at midnight of UTC or of another zone.
  months: fc.option(fc.constantFrom(0, 4, 23, -21)),
  kinds: fc.constantFrom(
    [monthUnit, dayUnit, quarterUnit],
    [monthUnit, dayUnit, hourUnit, quarterUnit],
    [dayUnit, hourUnit, quarterUnit],
    [dayUnit, quarterUnit],
    [hourUnit, quarterUnit],
    [quarterUnit],
  ),
});

test('each quarter of an hour of a range is in one unit, and no unit is in two buckets', () => {
  fc.assert(
    fc.property(question, ({ first, length, starts: after, months, kinds }) => {
      const month = monthUnit.of(first);
      const starts =
        months === null
          ? after.map((start) => monthUnit.startOf(month) + start)
          : monthsAfter(month).map((at) => monthUnit.startOf(at) + months);
      const end = first + length;
      const read: number[] = [];
      let crossing = 0;
      const inside = (from: number, to: number) =>
        to - from > 1 && starts.some((start) => start > from && start < to);
      for (const units of dividedRange({ first, end }, starts, kinds)) {
        const { unit } = units;
        const numbers: number[] = [];
        if ('only' in units) numbers.push(...units.only);
        else {
          const except = new Set(units.except);
          for (let at = units.from; at < units.to; at = unit.next(at)) {
            if (!except.has(at)) numbers.push(at);
          }
        }
        for (const at of numbers) {
          const [from, to] = [unit.startOf(at), unit.startOf(unit.next(at))];
          if (inside(from, to)) crossing++;
          for (let quarter = from; quarter < to; quarter++) read.push(quarter);
        }
      }
      expect(crossing).toBe(0);
      read.sort((a, b) => a - b);
      expect(read.length).toBe(length);
      expect(read.every((quarter, at) => quarter === first + at)).toBe(true);
    }),
    { numRuns: 200 },
  );
});

test('a month of days of UTC is read by the day, and one of another zone by the hour', () => {
  const columnsOf = (offset: number) =>
    dividedRange(
      { first: offset, end: 30 * day + offset },
      Array.from({ length: 30 }, (_, at) => at * day + offset),
      [monthUnit, dayUnit, hourUnit, quarterUnit],
    ).map(({ unit }) => unit.column);
  expect(columnsOf(0)).toEqual(['day']);
  expect(columnsOf(8)).toEqual(['hour']);
  expect(columnsOf(23)).toEqual(['hour', 'bucket']);
});

const dayOf = (text: string) => Date.parse(text) / 86_400_000;

test('a month has three parts: its first day, the days between, and its last day', () => {
  const parts = ['2024-02-01', '2024-02-02', '2024-02-29', '2024-03-01', '2024-03-02'].map(dayOf);
  const lengths = parts.map((part) => monthUnit.next(part) - part);
  expect(lengths).toEqual([1, 27, 1, 1, 29]);
  for (const [at, part] of parts.entries()) {
    const days = Array.from({ length: lengths[at] ?? 0 }, (_, more) => part + more);
    expect(days.map((one) => monthUnit.of(one * day + 95))).toEqual(days.map(() => part));
  }
});

test.each([
  ['UTC', 0, ['month']],
  ['a zone ahead by 5:45', -23, ['month', 'bucket']],
  ['a zone behind by 5:00', 20, ['month', 'bucket']],
])('months of %s are read by their parts, without any day between', (_, offset, columns) => {
  const months = monthsAfter(dayOf('2026-01-01')).map((part) => part * day + offset);
  const starts = months.filter((__, at) => at % 3 === 0);
  const range = { first: starts[0] ?? 0, end: starts[2] ?? 0 };
  const divided = dividedRange(range, starts, [monthUnit, dayUnit, quarterUnit]);
  expect(divided.map(({ unit }) => unit.column)).toEqual(columns);
  const quarters = divided.flatMap((units) => ('only' in units ? units.only : []));
  // Two days are cut at the ends of the range, and one between the months.
  expect(quarters).toHaveLength(offset === 0 ? 0 : 2 * day);
});

test('parts of months that a range cuts are read by the day', () => {
  const range = { first: dayOf('2026-01-05') * day, end: dayOf('2026-04-03') * day };
  const months = ['2026-02-01', '2026-03-01', '2026-04-01'].map((text) => dayOf(text) * day);
  const divided = dividedRange(range, months, [monthUnit, dayUnit, quarterUnit]);
  expect(divided).toEqual([
    {
      unit: monthUnit,
      from: dayOf('2026-01-02'),
      to: dayOf('2026-04-30'),
      except: [dayOf('2026-01-02'), dayOf('2026-04-02')],
    },
    {
      unit: dayUnit,
      only: [
        ...Array.from({ length: 26 }, (_, at) => dayOf('2026-01-05') + at),
        dayOf('2026-04-02'),
      ],
    },
  ]);
});
