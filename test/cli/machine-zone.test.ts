import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';

const program = `
  import { readRange, sinceStart } from '#runfold/cli/options/range-options.js';
  const { time_zone } = readRange({ since: '2d' });
  console.log(time_zone, sinceStart('1d', '2026-07-02T12:00:00Z'));
`;

test.each([
  ['', 'UTC 2026-07-01T00:00:00.000Z'],
  ['Nowhere/At-All', 'UTC 2026-07-01T00:00:00.000Z'],
  ['Europe/Berlin', 'Europe/Berlin 2026-06-30T22:00:00.000Z'],
])('on a machine with TZ=%s, days are those of %s', (TZ, expected) => {
  const output = execFileSync('node', ['--input-type=module', '-e', program], {
    env: { PATH: process.env.PATH, TZ },
    encoding: 'utf8',
  });
  expect(output.trim()).toBe(expected);
});
