import { DatabaseError } from 'pg';
import { expect, test } from 'vitest';
import { type Database, limitWaits, openDatabase } from '#runfold/postgres/database.js';
import { inTransaction } from '#runfold/postgres/in-transaction.js';
import { learnFrom } from '#runfold/postgres/pooled-sessions.js';
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

test('an error on a node of Citus names the node, and not DATABASE_URL as its address', async () => {
  // Nothing listens on these ports.
  const database = openDatabase('postgres://127.0.0.1:1/store');
  const says = async (work: () => Promise<unknown>) => {
    const error = await work().then(
      () => undefined,
      (reason: unknown) => reason,
    );
    return (explainDatabaseError(error) as Error).message;
  };
  const waysOf = (server: Database) => [
    () => server.query('select 1'),
    () => server.pool.connect(),
    () => inTransaction(server, async () => undefined),
    () => limitWaits(server, 60_000).query('select 1'),
  ];
  try {
    for (const way of waysOf(database)) {
      expect(await says(way)).toMatch(/^Cannot reach Postgres: .*DATABASE_URL/);
    }
    const node = database.at('127.0.0.1', 2);
    for (const way of waysOf(node)) {
      expect(await says(way)).toBe(
        'Cannot reach the node 127.0.0.1:2 of Citus: connect ECONNREFUSED 127.0.0.1:2. Check that it is running, and that this machine reaches it at that address.',
      );
    }
    for (const [code, text] of [
      ['57P01', 'Cannot reach the node 127.0.0.1:2 of Citus: of a statement.'],
      ['25006', 'The node 127.0.0.1:2 of Citus takes no writes: of a statement.'],
      ['28P01', 'The node 127.0.0.1:2 of Citus refuses the user or the password: of a statement.'],
    ] as const) {
      const error = Object.assign(new DatabaseError('of a statement', 1, 'error'), { code });
      learnFrom(error, node.pool);
      expect((explainDatabaseError(error) as Error).message).toContain(text);
    }
  } finally {
    await database.close();
  }
});
