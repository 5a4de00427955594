import { expect, test } from 'vitest';
import { explainDatabaseError } from '#runfold/store/store-errors.js';

test.each([
  Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }),
  new Error('Connection terminated due to connection timeout'),
  new Error('Client has encountered a connection error and is not queryable'),
  Object.assign(new Error('password authentication failed'), { code: '28P01' }),
  Object.assign(new Error('relation "runfold.runs" does not exist'), { code: '42P01' }),
])('an error that has been explained is not explained again: %s', (error) => {
  const explained = explainDatabaseError(error);
  expect(explained).not.toBe(error);
  expect(explainDatabaseError(explained)).toBe(explained);
});
