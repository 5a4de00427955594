import { beforeAll, expect, test } from 'vitest';
import type { Database } from '#runfold/postgres/database.js';
import { listEvents } from '#runfold/query/log/events.js';
import { exportEvents } from '#runfold/query/log/export-events.js';
import { listMessages } from '#runfold/query/log/messages.js';
import { getRun } from '#runfold/query/totals/runs.js';
import { withTestDatabase } from '../../../harness/database.js';
import { foldEvents } from '../../../harness/fold-events.js';
import { describeWithPostgres } from '../../../harness/suite.js';

const message = (id: string, more: object) => ({
  type: 'message',
  id,
  run_id: 'run',
  session_id: 'session',
  role: 'assistant',
  occurred_at: '2026-01-01T00:00:00Z',
  ...more,
});

describeWithPostgres('messages that failed', () => {
  let database: Database;
  withTestDatabase((opened) => {
    database = opened;
  });
  const events = [
    message('answered', { metrics: { input_tokens: 10, cache_write_1h_tokens: 4 } }),
    message('denied', { error: 'rate limited' }),
    message('failed', { error: true, metrics: { total_tokens: 3 } }),
    message('fine', { error: false }),
    message('asked', { role: 'user', error: true }),
  ];
  beforeAll(() => foldEvents(database, events));

  test('are listed apart, with how they failed', async () => {
    const { items } = await listMessages(database, { run_id: 'run', failed: true });
    expect(items.map(({ id, error, error_text }) => [id, error, error_text])).toEqual([
      ['asked', true, null],
      ['denied', true, 'rate limited'],
      ['failed', true, null],
    ]);
    const others = await listMessages(database, { run_id: 'run', failed: false });
    expect(others.items.map(({ id, error }) => [id, error])).toEqual([
      ['answered', null],
      ['fine', false],
    ]);
    const { items: log } = await listEvents(database, { run_id: 'run' });
    expect(log.find(({ id }) => id === 'denied')).toMatchObject({ error_text: 'rate limited' });
  });

  test('are counted where the assistant wrote them, as are those that reported tokens', async () => {
    const run = await getRun(database, { session_id: 'session', run_id: 'run' });
    expect(run).toMatchObject({
      messages: 5,
      assistant_messages: 4,
      message_errors: 2,
      metered_messages: 2,
      tool_errors: 0,
      cache_write_1h_tokens: 4,
    });
    const usage = await database.query(
      `select message_errors::integer, metered_messages::integer, cache_write_1h_tokens::integer
       from runfold.model_usage`,
    );
    expect(usage).toEqual([{ message_errors: 2, metered_messages: 2, cache_write_1h_tokens: 4 }]);
  });

  test('are exported as they were sent', async () => {
    const exported = new Map<string, unknown>();
    for await (const event of exportEvents(database)) {
      if (event.type === 'message') exported.set(event.id, event.error);
    }
    expect(Object.fromEntries(exported)).toEqual({
      answered: undefined,
      denied: 'rate limited',
      failed: true,
      fine: false,
      asked: true,
    });
  });
});
