import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Database, openDatabase } from '#runfold/postgres/database.js';
import { listMessages } from '#runfold/query/log/messages.js';
import { listToolCalls } from '#runfold/query/log/tool-calls.js';
import type { Page } from '#runfold/query/page.js';
import { InvalidCursorError, InvalidQueryError } from '#runfold/query/query-errors.js';
import { listRuns } from '#runfold/query/totals/runs.js';
import { listSessions } from '#runfold/query/totals/sessions.js';
import { getUsage } from '#runfold/query/usage/get-usage.js';
import { createTestDatabase, type TestDatabase } from '../../harness/database.js';
import { foldEvents } from '../../harness/fold-events.js';
import { describeWithPostgres } from '../../harness/suite.js';

/**
 * Runs 0 to 29: three per second, so that starts tie. Even ones are of user u-0, odd ones of u-1.
 */
const runs = Array.from({ length: 30 }, (_, n) => ({
  run_id: `run-${String(n).padStart(2, '0')}`,
  session_id: `session-${n % 7}`,
  occurred_at: `2026-01-01T00:00:${String(Math.floor(n / 3) + 10)}.000001Z`,
  user_id: `u-${n % 2}`,
  agent_id: `agent-${n % 3}`,
  parent_run_id: n === 5 ? 'run-00' : undefined,
}));

const events = runs.flatMap((run, n) => [
  { ...run, type: 'message', role: 'user', id: `${run.run_id}/0` },
  {
    ...run,
    type: 'message',
    role: 'assistant',
    id: `${run.run_id}/1`,
    sequence: 1,
    model: n < 10 ? 'small' : 'large',
    metrics: { output_tokens: n, cost: 0.000000001 },
  },
  {
    ...run,
    type: 'tool_call',
    id: `${run.run_id}/2`,
    tool_name: `tool-${n % 2}`,
    error: n % 5 === 0 ? 'boom' : n % 5 === 1 ? false : undefined,
  },
  { ...run, type: 'run', id: `${run.run_id}/3`, status: n % 4 === 0 ? 'error' : 'completed' },
]);

/** Every row of a list, and its number of pages. */
async function all<T>(
  list: (options: { limit: number; cursor?: string | undefined }) => Promise<Page<T>>,
  limit: number,
): Promise<{ items: T[]; pages: number }> {
  const items: T[] = [];
  let cursor: string | undefined;
  let pages = 0;
  do {
    const page = await list({ limit, cursor });
    items.push(...page.items);
    cursor = page.next_cursor;
    pages += 1;
  } while (cursor !== undefined);
  return { items, pages };
}

describeWithPostgres('lists', () => {
  let own: TestDatabase;
  let database: Database;

  beforeAll(async () => {
    own = await createTestDatabase();
    database = openDatabase(own.url);
    await foldEvents(database, events);
    await foldEvents(database, [{ type: 'run', run_id: 'elsewhere' }], 2);
    // Only a correction has arrived: a run, but without a start.
    const correction = {
      type: 'message',
      role: 'assistant',
      run_id: 'unstarted',
      corrects: 'later',
    };
    await foldEvents(database, [correction]);
  });

  afterAll(async () => {
    await database?.close();
    await own?.drop();
  });

  const ids = (items: readonly { run_id: string }[]) => items.map((item) => item.run_id);
  const newestFirst = runs.map((run) => run.run_id).reverse();

  test.each([1, 2, 3, 7, 29, 30, 31])('give every run once, %i a page', async (limit) => {
    const { items, pages } = await all((page) => listRuns(database, page), limit);
    expect(new Set(ids(items))).toEqual(new Set(newestFirst));
    expect(items).toHaveLength(30);
    expect(pages).toBe(Math.ceil(30 / limit));
    const starts = items.map((run) => run.started_at ?? '');
    expect(starts).toEqual([...starts].sort().reverse());
  });

  test('give every session, message and tool call once', async () => {
    const sessions = await all((page) => listSessions(database, page), 3);
    expect(sessions.items.map((one) => one.session_id).sort()).toEqual(
      [0, 1, 2, 3, 4, 5, 6].map((n) => `session-${n}`),
    );
    const messages = await all(
      (page) => listMessages(database, { ...page, to: '2026-02-01T00:00:00Z' }),
      7,
    );
    expect(messages.items.map((one) => one.id).sort()).toEqual(
      runs.flatMap((run) => [`${run.run_id}/0`, `${run.run_id}/1`]),
    );
    const calls = await all((page) => listToolCalls(database, page), 7);
    expect(new Set(calls.items.map((one) => one.id)).size).toBe(30);
    expect(calls.items).toHaveLength(30);
  });

  test('go on behind a row that has moved up since', async () => {
    const first = await listRuns(database, { limit: 15, project: 1 });
    await foldEvents(database, [
      { type: 'run', run_id: 'newer', session_id: 'newer', occurred_at: '2026-03-01T00:00:00Z' },
    ]);
    const rest = await listRuns(database, { limit: 100, cursor: first.next_cursor });
    expect(new Set(ids([...first.items, ...rest.items]))).toEqual(new Set(newestFirst));
    expect(rest.items).toHaveLength(15);
  });

  test.each([
    ['session_id', { session_id: 'session-3' }, (n: number) => n % 7 === 3],
    ['user_id', { user_id: 'u-1' }, (n: number) => n % 2 === 1],
    ['agent_id', { agent_id: 'agent-2' }, (n: number) => n % 3 === 2],
    ['parent_run_id', { parent_run_id: 'run-00' }, (n: number) => n === 5],
    ['model', { model: 'small' }, (n: number) => n < 10],
    ['status', { status: 'error' }, (n: number) => n % 4 === 0],
    [
      'from',
      { from: '2026-01-01T00:00:15.000001Z', to: '2026-02-01T00:00:00Z' },
      (n: number) => n >= 15,
    ],
    ['to', { to: '2026-01-01T00:00:15.000001Z' }, (n: number) => n < 15],
    [
      'two filters',
      { user_id: 'u-0', status: 'completed', to: '2026-02-01T00:00:00Z' },
      (n: number) => n % 4 === 2,
    ],
    ['nothing that is there', { team_id: 'none' }, () => false],
  ] as const)('of runs can be narrowed by %s', async (_name, filter, matches) => {
    const wanted = runs.filter((_, n) => matches(n)).map((run) => run.run_id);
    const { items } = await all((page) => listRuns(database, { ...filter, ...page }), 4);
    expect(new Set(ids(items))).toEqual(new Set(wanted));
    expect(items).toHaveLength(wanted.length);
  });

  test('of messages can be narrowed by run alone, role, model and time', async () => {
    const one = await listMessages(database, { run_id: 'run-04' });
    expect(one.items.map((message) => message.id)).toEqual(['run-04/0', 'run-04/1']);
    const small = await listMessages(database, { model: 'small', role: 'assistant' });
    expect(small.items).toHaveLength(10);
    const early = await listMessages(database, { role: 'user', to: '2026-01-01T00:00:11Z' });
    expect(ids(early.items)).toEqual(['run-00', 'run-01', 'run-02']);
  });

  test('of tool calls can be narrowed by tool and by failure', async () => {
    const failed = await listToolCalls(database, { failed: true });
    expect(ids(failed.items)).toEqual(['run-00', 'run-05', 'run-10', 'run-15', 'run-20', 'run-25']);
    expect(failed.items[0]).toMatchObject({ error: true, error_text: 'boom', tool_name: 'tool-0' });
    expect((await listToolCalls(database, { failed: false })).items).toHaveLength(24);
    const both = await listToolCalls(database, { failed: true, tool_name: 'tool-1' });
    expect(ids(both.items)).toEqual(['run-05', 'run-15', 'run-25']);
  });

  test('keep microseconds, nano-dollars and what was not reported', async () => {
    const { items } = await listMessages(database, { run_id: 'run-01', role: 'assistant' });
    expect(items[0]).toMatchObject({
      occurred_at: '2026-01-01T00:00:10.000001Z',
      cost: 0.000000001,
      output_tokens: 1,
      total_tokens: 1,
      input_tokens: null,
      time: null,
      prompt_tokens_details: null,
      team_id: null,
      corrects: null,
    });
    expect(items[0]?.recorded_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3,6}Z$/);
    const run = (await listRuns(database, { session_id: 'session-1', limit: 1000 })).items.at(-1);
    expect(run).toMatchObject({ started_at: '2026-01-01T00:00:10.000001Z', cost: 0.000000001 });
  });

  test('give the same times whatever the zone of the connection', async () => {
    const url = new URL(own.url);
    const elsewhere = openDatabase(url.href, { max: 1 });
    try {
      await elsewhere.query("set time zone 'Asia/Kolkata'");
      const { items } = await listRuns(elsewhere, { limit: 2 });
      expect(items).toEqual((await listRuns(database, { limit: 2 })).items);
    } finally {
      await elsewhere.close();
    }
  });

  test('keep projects apart', async () => {
    expect(ids((await listRuns(database, { project: 2 })).items)).toEqual(['elsewhere']);
    expect((await listSessions(database, { project: 3 })).items).toEqual([]);
  });

  describe('refuse', () => {
    test.each([0, 1001, 1.5, Number.NaN])('a limit of %d', async (limit) => {
      await expect(listRuns(database, { limit })).rejects.toThrow(InvalidQueryError);
    });

    test('a time without a zone, a text with NUL, and a project that is none', async () => {
      await expect(async () => listRuns(database, { from: '2026-01-01T00:00:00' })).rejects.toThrow(
        'from: Expected an RFC 3339 time with a zone, such as 2026-01-31T12:00:00Z, got "2026-01-01T00:00:00".',
      );
      await expect(async () => listMessages(database, { run_id: 'a\0b' })).rejects.toThrow(
        InvalidQueryError,
      );
      await expect(async () => listRuns(database, { project: 0 })).rejects.toThrow(
        InvalidQueryError,
      );
    });

    test('an option that they do not have, instead of answering for everybody', async () => {
      const wrong = { user: 'u-0' } as object;
      const asked = [
        () => listRuns(database, wrong),
        () => listSessions(database, wrong),
        () => listMessages(database, wrong),
        () => listToolCalls(database, wrong),
        () => listToolCalls(database, { ...wrong, tool_name: 'tool-0', newest: true }),
        () => getUsage(database, { ...wrong, from: '2026-01-01T00:00:00Z' }),
      ];
      for (const ask of asked) {
        await expect(async () => await ask()).rejects.toThrow(
          /^user: Expected (user_id instead,|one of the options )/,
        );
      }
      expect((await listRuns(database, { user_id: undefined, limit: 1 })).items).toHaveLength(1);
    });

    test('a cursor of another list, of other filters, or made up', async () => {
      const cursor = (await listRuns(database, { limit: 1, user_id: 'u-0' })).next_cursor ?? '';
      expect(cursor).toMatch(/^[\w-]+$/);
      const forged = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
      const { of } = JSON.parse(Buffer.from(cursor, 'base64url').toString());
      const attempts = [
        listRuns(database, { user_id: 'u-1', cursor }),
        listRuns(database, { cursor, user_id: 'u-0', project: 2 }),
        listSessions(database, { user_id: 'u-0', cursor }),
        listRuns(database, { user_id: 'u-0', cursor: '' }),
        listRuns(database, { user_id: 'u-0', cursor: 'null' }),
        listRuns(database, { user_id: 'u-0', cursor: forged({ v: 2, of, key: [1, 'a', 'b'] }) }),
        listRuns(database, { user_id: 'u-0', cursor: forged({ v: 1, of, key: ['1', 'a', 'b'] }) }),
        listRuns(database, { user_id: 'u-0', cursor: forged({ v: 1, of, key: [1, 'a'] }) }),
        listRuns(database, { user_id: 'u-0', cursor: forged({ v: 1, of, key: [1, 'a\0', 'b'] }) }),
      ];
      for (const outcome of await Promise.allSettled(attempts)) {
        expect(outcome).toMatchObject({ reason: expect.any(InvalidCursorError) });
      }
    });
  });
});
