import { DatabaseError } from 'pg';
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

test('a node of Citus that is away is called one, and not the server of DATABASE_URL', () => {
  const text =
    'connection to the remote node runfold@10.0.0.5:5432 failed with the following error: Connection refused\n\tIs the server running on that host?';
  const { message } = explainDatabaseError(
    Object.assign(new DatabaseError(text, text.length, 'error'), { code: '08006' }),
  ) as Error;
  expect(message).toContain(
    'Cannot reach a node of Citus: connection to the remote node runfold@10.0.0.5:5432',
  );
  expect(message).toContain('Connection refused Is the server running');
  expect(message).not.toContain('DATABASE_URL');
});
