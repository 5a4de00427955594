import { expect, test } from 'vitest';
import { quarterRange } from '#runfold/query/usage/usage-range.js';

test.each([
  ['9999-12-31T23:59:59Z', '9999-12-31T23:45:00.000Z'],
  ['9999-12-31T23:59:59-12:00', '9999-12-31T23:45:00.000Z'],
  ['9999-01-01T00:00:01Z', '9999-01-01T00:15:00.000Z'],
])('a range to %s can be asked again as it is answered, to %s', (to, written) => {
  const range = quarterRange({ from: '0000-01-01T00:00:00+14:00', to });
  expect(range).toMatchObject({ from: '0000-01-01T00:00:00.000Z', to: written });
  const { from, to: until } = range;
  expect(quarterRange({ from, to: until })).toMatchObject({ from, to: until });
});
