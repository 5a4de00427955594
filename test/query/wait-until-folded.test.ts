import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Database, openDatabase } from '#runfold/postgres/database.js';
import { NotFoldedError } from '#runfold/query/query-errors.js';
import { waitUntilFolded } from '#runfold/query/wait-until-folded.js';
import { createTestDatabase, type TestDatabase } from '../../harness/database.js';
import { foldEvents } from '../../harness/fold-events.js';
import { describeWithPostgres } from '../../harness/suite.js';

describeWithPostgres('waiting until events are folded', () => {
  let own: TestDatabase;
  let database: Database;

  beforeAll(async () => {
    own = await createTestDatabase();
    database = openDatabase(own.url);
  });

  afterAll(async () => {
    await database?.close();
    await own?.drop();
  });

  const uuid = '5b0d6f1e-9a3c-4c55-b7a1-f2c04d8e6a91';
  const keys = [
    // Without a project it is 1.
    { session_id: 's', id: uuid },
    { project: 1, session_id: 's', id: 'run/message/0' },
  ];
  const event = (id: string) => ({ type: 'run', run_id: 'r', session_id: 's', id });

  test('ends at once for no events', async () => {
    await waitUntilFolded(database, [], { timeout_ms: 0 });
  });

  test('names those still missing at the timeout', async () => {
    await foldEvents(database, [event(uuid)]);
    const waiting = waitUntilFolded(database, keys, { timeout_ms: 30, poll_ms: 5 });
    await expect(waiting).rejects.toThrow(NotFoldedError);
    await expect(waiting).rejects.toMatchObject({ code: 'not_folded', missing: [keys[1]] });
  });

  test('ends when the last of them is in the log', async () => {
    const waiting = waitUntilFolded(database, keys, { timeout_ms: 20_000 });
    await foldEvents(database, [event('run/message/0')]);
    await waiting;
  });
});
