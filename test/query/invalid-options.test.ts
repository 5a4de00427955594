import { afterAll, beforeAll, expect, test } from 'vitest';
import { correctionFor } from '#runfold/corrections/correction.js';
import { reprice } from '#runfold/corrections/reprice.js';
import { type Database, openDatabase } from '#runfold/postgres/database.js';
import { getAgno2RunMetrics } from '#runfold/query/agno/agno2-run-metrics.js';
import { getRunMetrics } from '#runfold/query/agno/run-metrics.js';
import { getSessionMetrics } from '#runfold/query/agno/session-metrics.js';
import { listEvents } from '#runfold/query/log/events.js';
import { listMessages } from '#runfold/query/log/messages.js';
import { listToolCalls } from '#runfold/query/log/tool-calls.js';
import { listRunSteps } from '#runfold/query/steps/run-steps.js';
import { followLog } from '#runfold/query/tail/tail.js';
import { getRunTree } from '#runfold/query/totals/run-tree.js';
import { getRun, listRuns } from '#runfold/query/totals/runs.js';
import { getSession, listSessions } from '#runfold/query/totals/sessions.js';
import { createTestDatabase, type TestDatabase } from '../../harness/database.js';
import { foldEvents } from '../../harness/fold-events.js';
import { describeWithPostgres } from '../../harness/suite.js';

/** What a program in JavaScript may pass, and no compiler sees. */
const wrong = (options: object) => options as never;

describeWithPostgres('options that a query does not know', () => {
  let own: TestDatabase;
  let database: Database;
  beforeAll(async () => {
    own = await createTestDatabase();
    database = openDatabase(own.url);
    await foldEvents(database, [{ type: 'run', id: 'r', run_id: 'run-0', session_id: 's-0' }]);
  });
  afterAll(async () => {
    await database?.close();
    await own?.drop();
  });

  test.each<[string, string, (store: Database) => Promise<unknown>]>([
    ['status', 'paused, completed', (store) => listRuns(store, wrong({ status: 'failed' }))],
    ['status', 'cancelled', (store) => listRuns(store, wrong({ status: ['error', 'failed'] }))],
    ['role', 'assistant, user', (store) => listMessages(store, wrong({ role: 'human' }))],
    ['type', 'message, tool_call', (store) => listEvents(store, wrong({ type: 'tool' }))],
    ['only', 'events, runs', (store) => followLog(store, wrong({ only: 'run' })).next()],
    ['failed', 'true or false', (store) => listRuns(store, wrong({ failed: 'false' }))],
    ['failed', 'true or false', (store) => listSessions(store, wrong({ failed: 'false' }))],
    ['failed', 'true or false', (store) => listMessages(store, wrong({ failed: 0 }))],
    ['failed', 'true or false', (store) => listToolCalls(store, wrong({ failed: 'no' }))],
    ['ended', 'true or false', (store) => listRuns(store, wrong({ ended: 'false' }))],
    ['dry_run', 'true or false', (store) => reprice(store, wrong({ dry_run: 'yes' }))],
    ['dryRun', 'dry_run', (store) => reprice(store, wrong({ dryRun: true }))],
  ])('%s is refused with what is allowed: %s', async (field, allowed, ask) => {
    const refused = ask(database);
    await expect(refused).rejects.toMatchObject({ code: 'invalid_query', field });
    await expect(refused).rejects.toThrow(allowed);
  });

  test.each<[string, (store: Database) => Promise<unknown>]>([
    ['run_id', (store) => getRun(store, wrong({ runId: 'run-9' }))],
    ['run_id', (store) => getRunTree(store, wrong({ runId: 'run-9' }))],
    ['run_id', (store) => listRunSteps(store, wrong({ runId: 'run-9' }))],
    ['run_id', (store) => getRunMetrics(store, wrong({ runId: 'run-9' }))],
    ['run_id', (store) => getAgno2RunMetrics(store, wrong({ runId: 'run-9' }))],
    ['session_id', (store) => getSession(store, wrong({ sessionId: 's-9' }))],
    ['session_id', (store) => getSessionMetrics(store, wrong({ sessionId: 's-9' }))],
    ['id', (store) => correctionFor(store, wrong({ session_id: 's-0' }), { cost: 1 })],
  ])('without its %s no query answers for another', async (field, ask) => {
    await expect(ask(database)).rejects.toMatchObject({ code: 'invalid_query', field });
  });
});
