import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Correction, correctionFor, voidingFor } from '#runfold/corrections/correction.js';
import { parseEvent } from '#runfold/events/check/parse-event.js';
import type { MetricEvent } from '#runfold/events/metric-event.js';
import { type Database, openDatabase } from '#runfold/postgres/database.js';
import { verify } from '#runfold/projections/audit/verify.js';
import { getRunMetrics } from '#runfold/query/agno/run-metrics.js';
import { getSessionMetrics } from '#runfold/query/agno/session-metrics.js';
import { listEvents } from '#runfold/query/log/events.js';
import { listMessages } from '#runfold/query/log/messages.js';
import { listToolCalls } from '#runfold/query/log/tool-calls.js';
import { InvalidQueryError } from '#runfold/query/query-errors.js';
import { getRun, listRuns } from '#runfold/query/totals/runs.js';
import { getSession } from '#runfold/query/totals/sessions.js';
import { arbitraryEvents } from '../../harness/arbitrary-event.js';
import { createTestDatabase, type TestDatabase } from '../../harness/database.js';
import { foldEvents } from '../../harness/fold-events.js';
import { modelOf } from '../../harness/model.js';
import { readTotals } from '../../harness/read-totals.js';
import { emptyTables } from '../../harness/store-tables.js';
import { describeWithPostgres } from '../../harness/suite.js';

const at = (second: number) => `2026-01-01T00:00:0${second}.000Z`;
const answer = {
  type: 'message',
  role: 'assistant',
  run_id: 'r',
  session_id: 's',
  id: 'm-1',
  occurred_at: at(1),
  sequence: 4,
  model: 'large',
  agent_id: 'agent',
  metrics: {
    input_tokens: 100,
    output_tokens: 20,
    total_tokens: 150,
    time: 1.5,
    time_to_first_token: 0.25,
    cost: 0.012345678,
    prompt_tokens_details: { cached_tokens: 7 },
  },
  labels: { customer: 'acme' },
};
const call = {
  type: 'tool_call',
  tool_name: 'search',
  run_id: 'r',
  session_id: 's',
  id: 't-1',
  occurred_at: at(2),
  error: 'boom',
  metrics: { time: 0.5, cost: 0.001 },
};
const options = { id: 'm-1' };

describeWithPostgres('a correction', () => {
  let home: TestDatabase;
  let database: Database;
  beforeAll(async () => {
    home = await createTestDatabase();
    database = openDatabase(home.url, { max: 4 });
  });
  afterAll(async () => {
    await database?.close();
    await home?.drop();
  });
  const clear = () => emptyTables(database);
  beforeEach(async () => {
    await clear();
    await foldEvents(database, [answer, call]);
  });

  test('is the difference, with everything of its event that totals are kept by', async () => {
    const correction = await correctionFor(database, options, { input_tokens: 123, cost: 0.01 });
    expect(correction?.changes).toEqual([
      { name: 'input_tokens', from: 100, to: 123 },
      { name: 'cost', from: 0.012345678, to: 0.01 },
      { name: 'total_tokens', from: 150, to: 173 },
    ]);
    const { metrics: _, ...rest } = answer;
    expect(correction?.event).toEqual({
      ...rest,
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      corrects: 'm-1',
      metrics: { input_tokens: 23, cost: -0.002345678, total_tokens: 23 },
    });
    expect(parseEvent(correction?.event)).toEqual({ ok: true, event: correction?.event });
  });

  test('reaches totals, lists and the shape of Agno, and stays visible beside its event', async () => {
    const correction = await correctionFor(database, options, { output_tokens: 0, time: 2 });
    await foldEvents(database, [correction?.event ?? {}]);
    const voided = await voidingFor(database, { id: 't-1' });
    await foldEvents(database, [voided?.event ?? {}]);

    const figures = { input_tokens: 100, output_tokens: 0, total_tokens: 130, time: 2 };
    const run = await getRun(database, { run_id: 'r' });
    const counts = { assistant_messages: 1, tool_calls: 1, tool_errors: 1, model: 'large' };
    expect(run).toMatchObject({ ...figures, ...counts, tool_time: 0, cost: 0.012345678 });
    expect(await getSession(database, { session_id: 's' })).toMatchObject({ ...figures, runs: 1 });
    expect(await getRunMetrics(database, { run_id: 'r' })).toEqual({
      input_tokens: [100],
      output_tokens: [0],
      total_tokens: [130],
      prompt_tokens_details: [{ cached_tokens: 7 }],
      time: [2],
      time_to_first_token: [0.25],
    });
    expect(await getSessionMetrics(database, { session_id: 's' })).toMatchObject(figures);

    const messages = await listMessages(database, { run_id: 'r' });
    expect(messages.items).toMatchObject([
      {
        ...figures,
        id: 'm-1',
        labels: { customer: 'acme' },
        corrections: 1,
        prompt_tokens_details: { cached_tokens: 7 },
      },
    ]);
    const calls = await listToolCalls(database, { session_id: 's' });
    expect(calls.items).toMatchObject([
      { id: 't-1', corrections: 1, time: 0, cost: 0, error: true, error_text: 'boom' },
    ]);
    const events = await listEvents(database, { session_id: 's' });
    expect(events.items.filter(({ corrects }) => corrects === null)).toMatchObject([
      { id: 'm-1', output_tokens: 20, time: 1.5 },
      { id: 't-1', time: 0.5 },
    ]);
    expect((await listEvents(database, { corrects: 'm-1' })).items).toMatchObject([
      { corrects: 'm-1', output_tokens: -20, total_tokens: -20, time: 0.5 },
    ]);
  });

  test('is refused where the total that follows is more than an event may report', async () => {
    const most = { ...answer, id: 'most', metrics: { total_tokens: 2_147_483_647 } };
    await foldEvents(database, [most]);
    await expect(correctionFor(database, { id: 'most' }, { input_tokens: 1 })).rejects.toThrow(
      'total_tokens: Expected an integer up to 2147483647, got 2147483648',
    );
    const voided = await voidingFor(database, { id: 'most' });
    expect(voided?.event.metrics).toEqual({ total_tokens: -2_147_483_647, cost: 0 });
  });

  test('given again finds nothing to correct, and so does a voiding', async () => {
    const figures = { input_tokens: 5, total_tokens: 5 };
    for (const wanted of [5, undefined]) {
      const correction =
        wanted === undefined
          ? await voidingFor(database, options)
          : await correctionFor(database, options, figures);
      await foldEvents(database, [correction?.event ?? {}]);
    }
    expect(await voidingFor(database, options)).toBeUndefined();
    expect(await correctionFor(database, options, { input_tokens: 0 })).toBeUndefined();
    const again = await correctionFor(database, options, { input_tokens: 5 });
    expect(again?.changes).toMatchObject([
      { name: 'input_tokens', from: 0, to: 5 },
      { name: 'total_tokens', from: 0, to: 5 },
    ]);
    expect((await getRun(database, { run_id: 'r' }))?.input_tokens).toBe(0);
  });

  test('sets a figure that was not reported, to 0 as well', async () => {
    const correction = await correctionFor(database, options, { cached_tokens: 0 });
    expect(correction?.changes).toEqual([{ name: 'cached_tokens', from: null, to: 0 }]);
    await foldEvents(database, [correction?.event ?? {}]);
    expect(await getRun(database, { run_id: 'r' })).toMatchObject({
      cached_tokens: 0,
      total_tokens: 150,
    });
  });

  test('keeps the total that was set beside its parts', async () => {
    const set = { input_tokens: 90, total_tokens: 150 };
    const correction = await correctionFor(database, options, set);
    await foldEvents(database, [correction?.event ?? {}]);
    expect(await getRun(database, { run_id: 'r' })).toMatchObject(set);
  });

  test('of two made at once is taken once; the other is made again from what there is', async () => {
    const [one, other] = await Promise.all([
      correctionFor(database, options, { cost: 1 }),
      correctionFor(database, options, { cost: 2 }),
    ]);
    const outcome = await foldEvents(database, [one?.event ?? {}, other?.event ?? {}]);
    expect(outcome).toMatchObject({ applied: 1, duplicate: 1 });
    const again = await correctionFor(database, options, { cost: 2 });
    await foldEvents(database, [again?.event ?? {}]);
    expect((await getRun(database, { run_id: 'r' }))?.cost).toBe(2.001);
  });

  test('is refused for an event that is not there, not the only one, or a correction', async () => {
    const correction = await voidingFor(database, options);
    await foldEvents(database, [
      correction?.event ?? {},
      { ...answer, session_id: 's-2' },
      { ...answer, session_id: 's-3' },
    ]);
    await expect(voidingFor(database, { id: 'none' })).rejects.toMatchObject({
      code: 'unknown_event',
    });
    await expect(voidingFor(database, { id: 'm-1', project: 2 })).rejects.toMatchObject({
      code: 'unknown_event',
    });
    await expect(voidingFor(database, options)).rejects.toMatchObject({
      code: 'ambiguous_event',
      session_ids: ['s', 's-2', 's-3'],
    });
    expect(await voidingFor(database, { id: 'm-1', session_id: 's' })).toBeUndefined();
    const id = correction?.event.id ?? '';
    await expect(voidingFor(database, { id })).rejects.toMatchObject({
      code: 'correction_corrected',
      corrects: 'm-1',
    });
  });

  test.each([
    ['an object', { prompt_tokens_details: { a: 1 } }, 'totals do not add up'],
    ['what is not added up', { time_to_first_token: 1 }, 'totals do not add up'],
    ['no metric', { tokens: 1 }, 'no metric'],
    ['a negative figure', { cost: -1 }, 'cost: Expected dollars from 0'],
    ['half a token', { input_tokens: 0.5 }, 'an integer'],
  ])('is refused for %s', async (_name, set, says) => {
    const attempt = correctionFor(database, options, set as object);
    await expect(attempt).rejects.toMatchObject({
      code: 'invalid_query',
      message: expect.stringContaining(says),
    });
  });

  test('keeps every total the fold of the log, and lists that add up to the totals', async () => {
    const figure = fc.record(
      {
        input_tokens: fc.nat(5_000),
        output_tokens: fc.nat(5_000),
        total_tokens: fc.nat(9_000),
        cached_tokens: fc.nat(50),
        time: fc.nat(5_000_000).map((micros) => micros / 1e6),
        cost: fc.nat(1_000_000_000).map((nanos) => nanos / 1e9),
      },
      { requiredKeys: [] },
    );
    const changes = fc.array(
      fc.record({ which: fc.nat(59), set: fc.option(figure, { nil: undefined }) }),
      { maxLength: 12 },
    );
    const originals = arbitraryEvents
      .map((events) => events.filter((event) => event.corrects === undefined))
      .filter((events) => events.length > 0);
    await fc.assert(
      fc.asyncProperty(originals, changes, async (events, steps) => {
        await clear();
        await foldEvents(database, events);
        const log: MetricEvent[] = [...events];
        for (const { which, set } of steps) {
          const event = events[which % events.length];
          if (event === undefined) continue;
          const { id, session_id } = event;
          const correction: Correction | undefined =
            set === undefined
              ? await voidingFor(database, { id, session_id })
              : await correctionFor(database, { id, session_id }, set).catch(unlessTooLarge);
          if (correction === undefined) continue;
          await foldEvents(database, [correction.event]);
          log.push(correction.event);
        }
        const model = modelOf(log);
        const live = await readTotals(database);
        const sums = (totals: typeof model.runs) =>
          new Map([...totals].map(([key, { sums: figures }]) => [key, figures]));
        expect(sums(live.runs)).toEqual(sums(model.runs));
        expect(sums(live.sessions)).toEqual(sums(model.sessions));
        expect((await verify(database)).equal).toBe(true);
        await expectListsToAddUp(database);
      }),
      { numRuns: 25 },
    );
  });
});

/** A total that would exceed the limit of one event is refused. */
function unlessTooLarge(error: unknown): undefined {
  if (error instanceof InvalidQueryError && error.field === 'total_tokens') return undefined;
  throw error;
}

const sumOf = (values: readonly number[] | undefined, units: number) =>
  values?.reduce((sum, value) => sum + Math.round(value * units), 0) ?? null;

async function expectListsToAddUp(database: Database): Promise<void> {
  for (const run of (await listRuns(database, { limit: 1_000 })).items) {
    const { run_id, session_id } = run;
    const metrics = await getRunMetrics(database, { run_id, session_id });
    const messages = (await listMessages(database, { run_id, session_id, limit: 1_000 })).items;
    const calls = (await listToolCalls(database, { run_id, session_id, limit: 1_000 })).items;
    const reported = <T>(values: readonly (T | null)[]) => {
      const known = values.filter((value) => value !== null);
      return known.length === 0 ? undefined : known;
    };
    const answers = messages.filter(({ role }) => role === 'assistant');
    for (const name of [
      'input_tokens',
      'output_tokens',
      'total_tokens',
      'cached_tokens',
    ] as const) {
      expect(sumOf(metrics?.[name], 1)).toBe(run[name]);
      expect(sumOf(reported(answers.map((message) => message[name])), 1)).toBe(run[name]);
    }
    const micros = sumOf(run.time === null ? undefined : [run.time], 1e6);
    expect(sumOf(metrics?.time, 1e6)).toBe(micros);
    const costs = reported([...messages, ...calls].map(({ cost }) => cost));
    expect(sumOf(costs, 1e9)).toBe(sumOf(run.cost === null ? undefined : [run.cost], 1e9));
    expect(metrics?.time_to_first_token?.find((value) => value !== 0) ?? null).toBe(
      run.time_to_first_token,
    );
  }
}
