import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { mutants } from '../scripts/mutants/all-mutants.js';

const root = join(import.meta.dirname, '..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');

describe('the breaks that tests are to notice', () => {
  test('each still has its place in the source, once, and changes it', () => {
    const lost = mutants.filter(
      ({ file, text, instead }) => read(file).split(text).length !== 2 || text === instead,
    );
    expect(lost.map(({ name, file }) => `${file}: ${name}`)).toEqual([]);
  });

  test('each has a name of its own and tests that are there', () => {
    expect(new Set(mutants.map(({ name }) => name)).size).toBe(mutants.length);
    const tests = new Set(mutants.flatMap((mutant) => mutant.tests));
    expect([...tests].filter((file) => !existsSync(join(root, file)))).toEqual([]);
    expect(mutants.length).toBeGreaterThanOrEqual(40);
  });

  test('the tests of each guarantee are there', () => {
    const named = [...read('docs/guarantees.md').matchAll(/`(test\/[^`]+)`/g)].map(
      ([, file]) => file,
    );
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter((file) => !existsSync(join(root, file ?? '')))).toEqual([]);
  });
});
