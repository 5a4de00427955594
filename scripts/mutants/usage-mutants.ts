// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are pieces of source, in which templates stand.
import { breaks } from './mutant.js';

const usage = ['test/query/usage/get-usage.test.ts', 'test/query/usage/own-events.test.ts'];

/** The edges of ranges and buckets. */
export const usageMutants = [
  ...breaks(
    'src/query/usage/usage-range.ts',
    ['test/query/usage/usage-range.test.ts'],
    [
      [
        'a range ends a quarter of an hour early',
        'const end = Math.min(Math.ceil(to / quarterMicros), latestQuarter);',
        'const end = Math.min(Math.floor(to / quarterMicros), latestQuarter);',
      ],
    ],
  ),
  ...breaks(
    'src/query/usage/usage-buckets.ts',
    ['test/query/usage/usage-buckets.test.ts'],
    [
      ['a week begins on Tuesday', '(((day + 3) % 7) + 7) % 7', '(((day + 2) % 7) + 7) % 7'],
      [
        'a month begins on its second day',
        "return bucket === 'month' ? date.setUTCDate(1) : day * dayMs;",
        "return bucket === 'month' ? date.setUTCDate(2) : day * dayMs;",
      ],
    ],
  ),
  ...breaks('src/query/usage/usage-statement.ts', usage, [
    ['an event at a border falls into the bucket before', '::integer[]) - 1`', '::integer[]) - 2`'],
  ]),
  ...breaks(
    'src/query/usage/divided-range.ts',
    ['test/query/usage/divided-range.test.ts'],
    [
      [
        'an hour that a border cuts counts in whole, too',
        'const only = units.filter((at) => !cut.has(at));',
        'const only = units;',
      ],
      [
        'a day that a border cuts is read from nowhere else',
        'left = { unit, units: [...cut] };',
        'left = { unit, units: [] };',
      ],
    ],
  ),
  ...breaks('src/query/usage/time-zone.ts', usage, [
    [
      'a day begins a quarter of an hour late',
      'Math.max(from, Math.ceil((local - offset) / quarterMs));',
      'Math.max(from, Math.ceil((local - offset) / quarterMs) + 1);',
    ],
  ]),
  ...breaks('src/query/usage/usage-quantiles.ts', usage, [
    [
      'a quantile is the level above',
      'while (100 * upTo < percent * total)',
      'while (100 * upTo <= percent * total)',
    ],
  ]),
];
