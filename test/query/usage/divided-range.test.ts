import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dividedRange } from '#runfold/query/usage/divided-range.js';

const day = 96;
/** A range of quarters of an hour within some weeks, with starts of buckets in it, and the lengths of units. */
const question = fc.record({
  first: fc.integer({ min: 0, max: 20 * day }),
  length: fc.integer({ min: 1, max: 20 * day }),
  // Days that begin at midnight of UTC, at another full hour and at a quarter, and starts without a rule.
  starts: fc.oneof(
    fc
      .record({ every: fc.constantFrom(day, 7 * day), at: fc.constantFrom(0, 4, 23, 92) })
      .map(({ every, at }) => Array.from({ length: 40 }, (_, next) => next * every + at)),
    fc.array(fc.integer({ min: 0, max: 40 * day }), { maxLength: 12 }),
  ),
  lengths: fc.constantFrom([day, 4, 1], [day, 1], [4, 1], [1]),
});

test('each quarter of an hour of a range is in one unit, and no unit is in two buckets', () => {
  fc.assert(
    fc.property(question, ({ first, length, starts, lengths }) => {
      const end = first + length;
      const read: number[] = [];
      let crossing = 0;
      for (const units of dividedRange({ first, end }, starts, lengths)) {
        const numbers =
          'only' in units
            ? units.only
            : Array.from({ length: units.to - units.from }, (_, at) => units.from + at).filter(
                (unit) => !units.except.includes(unit),
              );
        for (const unit of numbers) {
          const from = unit * units.quarters;
          if (starts.some((start) => start > from && start < from + units.quarters)) crossing++;
          read.push(...Array.from({ length: units.quarters }, (_, at) => from + at));
        }
      }
      expect(crossing).toBe(0);
      read.sort((a, b) => a - b);
      expect(read).toEqual(Array.from({ length }, (_, at) => first + at));
    }),
    { numRuns: 200 },
  );
});

test('a month of days of UTC is read by the day, and one of another zone by the hour', () => {
  const lengthsOf = (offset: number) =>
    dividedRange(
      { first: offset, end: 30 * day + offset },
      Array.from({ length: 30 }, (_, at) => at * day + offset),
      [day, 4, 1],
    ).map(({ quarters }) => quarters);
  expect(lengthsOf(0)).toEqual([day]);
  expect(lengthsOf(8)).toEqual([4]);
  expect(lengthsOf(23)).toEqual([4, 1]);
});
