import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Database, openDatabase } from '#runfold/postgres/database.js';
import { getRunMetrics } from '#runfold/query/agno/run-metrics.js';
import { getSessionMetrics } from '#runfold/query/agno/session-metrics.js';
import { listMessages } from '#runfold/query/log/messages.js';
import { listToolCalls } from '#runfold/query/log/tool-calls.js';
import { getRun, listRuns } from '#runfold/query/totals/runs.js';
import { createTestDatabase, type TestDatabase } from '../../harness/database.js';
import { foldEvents } from '../../harness/fold-events.js';
import { emptyTables } from '../../harness/store-tables.js';
import { describeWithPostgres } from '../../harness/suite.js';

const common = { session_id: 's', run_id: 'r', occurred_at: '2026-03-01T12:00:00Z' };
const message = (id: string, input_tokens: number, more: object = {}) => ({
  ...common,
  type: 'message',
  role: 'assistant',
  id,
  metrics: { input_tokens, total_tokens: input_tokens, time: 1, cost: 1 },
  ...more,
});
const call = (id: string, more: object = {}) => ({
  ...common,
  type: 'tool_call',
  tool_name: 'search',
  id,
  metrics: { time: 1, cost: 1 },
  ...more,
});
const adjust = { metrics: { input_tokens: -10, total_tokens: -10, time: -0.5, cost: -0.5 } };
const cheaper = { metrics: { time: -0.5, cost: -0.5 } };

describeWithPostgres('a correction that reaches no event of its run', () => {
  let home: TestDatabase;
  let database: Database;
  beforeAll(async () => {
    home = await createTestDatabase();
    database = openDatabase(home.url);
  });
  afterAll(async () => {
    await database?.close();
    await home?.drop();
  });
  beforeEach(() => emptyTables(database));

  /** The totals of every run, compared with the sums of its rows in the lists. */
  async function expectListsToAddUp(): Promise<void> {
    const runs = [];
    for (const run_id of ['r', 'other']) {
      const run = await getRun(database, { run_id });
      if (run !== undefined) runs.push(run);
    }
    expect(runs.length).toBeGreaterThan(0);
    const sum = (values: readonly (number | null | undefined)[]) =>
      values.reduce<number>((total, value) => total + (value ?? 0), 0);
    for (const { run_id, input_tokens, time, tool_time, cost } of runs) {
      const messages = (await listMessages(database, { run_id })).items;
      const calls = (await listToolCalls(database, { run_id })).items;
      const answers = messages.filter(({ role }) => role === 'assistant');
      expect({
        input_tokens: sum(answers.map((row) => row.input_tokens)),
        time: sum(answers.map((row) => row.time)),
        tool_time: sum(calls.map((row) => row.time)),
        cost: sum([...messages, ...calls].map((row) => row.cost)),
      }).toEqual({
        input_tokens: input_tokens ?? 0,
        time: time ?? 0,
        tool_time: tool_time ?? 0,
        cost: cost ?? 0,
      });
      const metrics = await getRunMetrics(database, { run_id });
      expect(sum(metrics?.input_tokens ?? [])).toBe(input_tokens ?? 0);
      expect(sum(metrics?.time ?? [])).toBe(time ?? 0);
    }
    const session = await getSessionMetrics(database, { session_id: 's' });
    expect(session?.input_tokens).toBe(sum(runs.map((run) => run.input_tokens)));
  }

  const variants: Readonly<Record<string, readonly Record<string, unknown>[]>> = {
    'of a correction': [
      message('m', 100),
      message('c', -20, { corrects: 'm' }),
      message('d', -5, { corrects: 'c' }),
    ],
    'of an event of another run': [
      message('m', 100, { run_id: 'other' }),
      message('n', 100),
      message('c', -20, { corrects: 'm', ...adjust }),
    ],
    'of a message of another role': [
      message('m', 100, { role: 'user' }),
      message('c', -20, { corrects: 'm', ...adjust }),
    ],
    'of an event of another type': [
      message('m', 100),
      call('t'),
      call('c', { corrects: 'm', ...cheaper }),
      message('d', -20, { corrects: 't', ...adjust }),
    ],
    'of an event that has not arrived': [message('c', -20, { corrects: 'm', ...adjust })],
  };
  test.each(Object.keys(variants))('is a row of its own: %s', async (name) => {
    await foldEvents(database, variants[name] ?? []);
    await expectListsToAddUp();
    const rows = [
      ...(await listMessages(database, { session_id: 's' })).items,
      ...(await listToolCalls(database, { session_id: 's' })).items,
    ];
    expect(rows.filter((row) => row.corrects !== null).length).toBeGreaterThan(0);
  });

  test('is added to its event once that arrives', async () => {
    await foldEvents(database, [message('c', -20, { corrects: 'm' })]);
    await foldEvents(database, [message('m', 100)]);
    await expectListsToAddUp();
    expect((await listMessages(database, { run_id: 'r' })).items).toMatchObject([
      { id: 'm', input_tokens: 80, corrections: 1, corrects: null },
    ]);
    expect((await listRuns(database)).items).toHaveLength(1);
  });

  test('because it corrects itself is refused', async () => {
    const outcome = await foldEvents(database, [
      message('m', 100),
      message('c', -20, { corrects: 'c' }),
    ]);
    expect(outcome).toMatchObject({ applied: 1, rejected: 1 });
    const [reject] = await database.query<{ message: string }>(
      'select message from runfold_internal.rejected_event',
    );
    expect(reject?.message).toContain('corrects: expected the id of another event');
    await expectListsToAddUp();
  });
});
