import { expect, test } from 'vitest';
import { quietReport } from '#runfold/environment/quiet-report.js';

test('equal errors are told once a while, with how many there were', () => {
  const told: string[] = [];
  const note = (error: Error, repeated: number) => void told.push(`${error.message} ${repeated}`);
  const report = quietReport(note, 60_000);
  for (let at = 0; at < 1_000; at++) report(new Error('away'));
  report(new Error('full'));
  report(Object.assign(new Error('away'), { code: 'ECONNREFUSED' }));
  report('no error');
  expect(told).toEqual(['away 0', 'full 0', 'away 0', 'no error 0']);

  told.length = 0;
  const often = quietReport(note, 0);
  often(new Error('away'));
  often(new Error('away'));
  expect(told).toEqual(['away 0', 'away 0']);
});
