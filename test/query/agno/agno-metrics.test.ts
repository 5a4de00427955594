import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fromAgnoRun } from '#runfold/ingest/formats/agno/from-agno-run.js';
import { type Database, openDatabase } from '#runfold/postgres/database.js';
import { getRunMetrics } from '#runfold/query/agno/run-metrics.js';
import { getSessionMetrics } from '#runfold/query/agno/session-metrics.js';
import { AmbiguousRunError } from '#runfold/query/query-errors.js';
import { getRun } from '#runfold/query/totals/runs.js';
import { getSession } from '#runfold/query/totals/sessions.js';
import { createTestDatabase, type TestDatabase } from '../../../harness/database.js';
import { foldEvents } from '../../../harness/fold-events.js';
import { describeWithPostgres } from '../../../harness/suite.js';

const golden = (file: string) =>
  readFileSync(new URL(`../../golden/${file}`, import.meta.url), 'utf8');

interface Expected {
  readonly user_id: string;
  readonly runs: readonly {
    readonly run_id: string;
    readonly case: string;
    readonly run_metrics: unknown;
    readonly session_metrics_after: unknown;
  }[];
}

const responses: unknown[] = golden('agno-1.8.4-session.ndjson')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line));
const expected: Expected = JSON.parse(golden('agno-1.8.4-session.expected.json'));
const session_id = 'sess-1';

/**
 * Metrics as a string: their names in order, with the keys inside objects sorted, because the keys
 * of an object have no order in Postgres and no meaning.
 */
function asText(metrics: unknown): string {
  return JSON.stringify(
    Object.entries(metrics ?? {}).map(([name, value]) => [name, sorted(value)]),
  );
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

describeWithPostgres('metrics in the shape of Agno', () => {
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

  test('are what Agno computed, for every run and for the session after every run', async () => {
    expect(responses).toHaveLength(expected.runs.length);
    for (const [index, wanted] of expected.runs.entries()) {
      const events = fromAgnoRun(responses[index], { user_id: expected.user_id });
      const outcome = await foldEvents(database, events);
      expect(outcome).toEqual({ applied: events.length, duplicate: 0, rejected: 0 });
      const run = await getRunMetrics(database, { run_id: wanted.run_id });
      expect(asText(run), wanted.case).toBe(asText(wanted.run_metrics));
      const session = await getSessionMetrics(database, { session_id });
      expect(asText(session), wanted.case).toBe(asText(wanted.session_metrics_after));
    }
  });

  test('agree with the totals, which know the rest too', async () => {
    const [metrics, totals] = await Promise.all([
      getSessionMetrics(database, { session_id }),
      getSession(database, { session_id }),
    ]);
    const { total_tokens, time, time_to_first_token } = metrics ?? {};
    expect(totals).toMatchObject({ total_tokens, time, time_to_first_token });
    expect(totals).toMatchObject({
      runs: 4,
      user_id: 'user-1',
      agent_id: 'agent-1',
      assistant_messages: 6,
      messages: 10,
      tool_calls: 4,
      tool_errors: 2,
      tool_time: 2.75,
      model: 'model-b',
      started_at: '2025-06-15T15:06:38.500Z',
      ended_at: '2025-06-15T15:06:48.000Z',
    });
    const run = await getRun(database, { run_id: '00000000-0000-0000-0000-000000000003' });
    expect(run).toMatchObject({
      status: 'completed',
      tool_calls: 2,
      tool_errors: 2,
      tool_time: 0.5,
    });
  });

  test('stay the same when every response comes again', async () => {
    const before = await getSessionMetrics(database, { session_id });
    const totals = await getSession(database, { session_id });
    const events = responses.flatMap((response) => fromAgnoRun(response, { user_id: 'user-1' }));
    const outcome = await foldEvents(database, events);
    expect(outcome).toEqual({ applied: 0, duplicate: events.length, rejected: 0 });
    expect(await getSessionMetrics(database, { session_id })).toEqual(before);
    expect(await getSession(database, { session_id })).toEqual(totals);
  });

  test('list values by time, then sequence, then id, whatever the order of arrival', async () => {
    const message = (id: string, second: number, sequence: number | undefined, tokens: number) => ({
      type: 'message',
      role: 'assistant',
      run_id: 'order',
      id,
      sequence,
      occurred_at: `2026-01-01T00:00:0${second}Z`,
      metrics: { output_tokens: tokens },
    });
    await foldEvents(database, [message('z', 1, 1, 4), message('a', 2, undefined, 5)]);
    await foldEvents(database, [message('b', 1, undefined, 2), message('a2', 1, undefined, 1)]);
    await foldEvents(database, [message('c', 1, 0, 3)]);
    const metrics = await getRunMetrics(database, { run_id: 'order' });
    expect(metrics).toEqual({ output_tokens: [1, 2, 3, 4, 5], total_tokens: [1, 2, 3, 4, 5] });
  });

  test('skip what was not reported and keep zeros', async () => {
    const message = (second: number, metrics: object | undefined) => ({
      type: 'message',
      role: 'assistant',
      run_id: 'gaps',
      occurred_at: `2026-01-01T00:00:0${second}Z`,
      metrics,
    });
    await foldEvents(database, [
      message(1, { reasoning_tokens: 0 }),
      message(2, undefined),
      message(3, { reasoning_tokens: 3, time_to_first_token: 0 }),
      message(4, { time_to_first_token: 0.000001 }),
      { ...message(5, { reasoning_tokens: 99 }), role: 'user' },
    ]);
    expect(await getRunMetrics(database, { run_id: 'gaps' })).toEqual({
      reasoning_tokens: [0, 3],
      time_to_first_token: [0, 0.000001],
    });
    expect(await getSessionMetrics(database, { session_id: 'gaps' })).toMatchObject({
      input_tokens: 0,
      reasoning_tokens: 3,
      time: null,
      time_to_first_token: 0.000001,
      prompt_tokens_details: null,
      additional_metrics: null,
    });
  });

  test('apply a correction to its message, and list it by itself until that arrives', async () => {
    const base = { type: 'message', role: 'assistant', run_id: 'mended' };
    const at = (second: number) => `2026-01-01T00:00:0${second}Z`;
    const correction = {
      ...base,
      id: 'mend-1',
      corrects: 'one',
      occurred_at: at(9),
      metrics: {
        input_tokens: -4,
        time: 0.5,
        prompt_tokens_details: { cached_tokens: -1, audio_tokens: 2 },
        additional_metrics: { tier: 'b' },
      },
    };
    // The correction comes first: queues reorder.
    await foldEvents(database, [correction]);
    expect(await getRunMetrics(database, { run_id: 'mended' })).toMatchObject({
      input_tokens: [-4],
      time: [0.5],
    });
    await foldEvents(database, [
      {
        ...base,
        id: 'one',
        occurred_at: at(1),
        metrics: {
          input_tokens: 10,
          output_tokens: 0,
          prompt_tokens_details: { cached_tokens: 3 },
          additional_metrics: { tier: 'a', queue: 1 },
        },
      },
      { ...base, id: 'two', occurred_at: at(2), metrics: { input_tokens: 7, time: 1 } },
    ]);
    expect(await getRunMetrics(database, { run_id: 'mended' })).toEqual({
      input_tokens: [6, 7],
      output_tokens: [0],
      total_tokens: [6, 7],
      prompt_tokens_details: [{ cached_tokens: 2, audio_tokens: 2 }],
      additional_metrics: [{ tier: 'b', queue: 1 }],
      time: [0.5, 1],
    });
    const session = await getSessionMetrics(database, { session_id: 'mended' });
    expect(session).toMatchObject({
      input_tokens: 13,
      total_tokens: 13,
      time: 1.5,
      prompt_tokens_details: { cached_tokens: 2, audio_tokens: 2 },
      additional_metrics: { tier: 'b', queue: 1 },
    });
    const totals = await getSession(database, { session_id: 'mended' });
    expect(totals).toMatchObject({ input_tokens: 13, time: 1.5, assistant_messages: 2 });
  });

  test('are undefined for an unknown run or session, and empty for a run without messages', async () => {
    expect(await getRunMetrics(database, { run_id: 'nobody' })).toBeUndefined();
    expect(await getSessionMetrics(database, { session_id: 'nobody' })).toBeUndefined();
    await foldEvents(database, [{ type: 'run', run_id: 'silent', status: 'error' }]);
    expect(await getRunMetrics(database, { run_id: 'silent' })).toEqual({});
    expect(await getRunMetrics(database, { run_id: 'silent', project: 2 })).toBeUndefined();
  });

  test('ask for the session where several have a run of the same id', async () => {
    const message = (session: string, tokens: number) => ({
      type: 'message',
      role: 'assistant',
      run_id: 'twice',
      session_id: session,
      metrics: { cached_tokens: tokens },
    });
    await foldEvents(database, [message('s-1', 1), message('s-2', 2)]);
    await expect(getRunMetrics(database, { run_id: 'twice' })).rejects.toThrow(AmbiguousRunError);
    expect(await getRunMetrics(database, { run_id: 'twice', session_id: 's-2' })).toEqual({
      cached_tokens: [2],
    });
  });
});
