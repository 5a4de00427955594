import { describe, expect, test } from 'vitest';
import * as client from '#runfold/client.js';
import * as runfold from '#runfold/index.js';
import * as producer from '#runfold/producer.js';

/** The error classes among the exports of an entry. */
const errorsOf = (entry: Readonly<Record<string, unknown>>) =>
  Object.entries(entry).filter(
    ([, value]) => typeof value === 'function' && value.prototype instanceof Error,
  );

describe('what the package exports', () => {
  test.each([
    ['runfold', runfold],
    ['runfold/producer', producer],
    ['runfold/client', client],
  ])('%s: every error is a RunfoldError', (_name, entry) => {
    const errors = errorsOf(entry);
    expect(errors.length).toBeGreaterThan(0);
    const others = errors.filter(
      ([, error]) =>
        error !== runfold.RunfoldError &&
        !((error as typeof Error).prototype instanceof runfold.RunfoldError),
    );
    expect(others.map(([name]) => name)).toEqual([]);
  });

  test('the entry for agents is part of the whole', () => {
    expect(Object.keys(runfold)).toEqual(expect.arrayContaining(Object.keys(producer)));
  });

  test('an error tells its code', () => {
    const error: unknown = new runfold.BufferFullError(10);
    expect(error).toBeInstanceOf(runfold.RunfoldError);
    expect(error).toMatchObject({ name: 'BufferFullError', code: 'buffer_full', capacity: 10 });
  });
});
