import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Database, openDatabase } from '#runfold/postgres/database.js';
import type { Page } from '#runfold/query/page.js';
import { InvalidCursorError, InvalidQueryError } from '#runfold/query/query-errors.js';
import { type ListRunsOptions, listRuns, runOrders } from '#runfold/query/totals/runs.js';
import {
  getSession,
  type ListSessionsOptions,
  listSessions,
  sessionOrders,
} from '#runfold/query/totals/sessions.js';
import { createTestDatabase, type TestDatabase } from '../../../harness/database.js';
import { foldEvents } from '../../../harness/fold-events.js';
import { describeWithPostgres } from '../../../harness/suite.js';

/** Runs with many equal figures, and some without. */
const events = Array.from({ length: 60 }, (_, n) => {
  const run = {
    run_id: `run-${String(n).padStart(2, '0')}`,
    session_id: `${n % 3 === 0 ? 'chat' : 'job'}-${n % 13}`,
    occurred_at: `2026-01-01T00:${String(n).padStart(2, '0')}:00Z`,
    user_id: `u-${n % 4}`,
    agent_id: n % 13 === n ? 'lead' : 'a-writer',
    ...(n % 13 === n ? {} : { parent_run_id: `run-${String(n % 13).padStart(2, '0')}` }),
  };
  const cost = [undefined, 0, 0.25, 0.25, 0.000000001][n % 5];
  return [
    {
      ...run,
      type: 'message',
      role: 'assistant',
      id: `${n}/m`,
      model: `model-${n % 3}`,
      provider: n % 2 === 0 ? 'x' : 'y',
      ...(n % 11 === 0 ? { error: 'refused' } : {}),
      metrics: { ...(n % 7 === 0 ? {} : { total_tokens: n % 4 }), cost },
    },
    // Two that differ only in the last of seventeen digits, which a double cannot distinguish.
    ...(n >= 58
      ? [
          ...Array.from({ length: 12 }, (_, at) => ({
            ...run,
            type: 'message',
            role: 'user',
            id: `${n}/million-${at}`,
            metrics: { cost: 1_000_000 },
          })),
          { ...run, type: 'message', role: 'user', id: `${n}/b`, metrics: { cost: 0.3 } },
          ...(n === 59
            ? [{ ...run, type: 'message', role: 'user', id: `${n}/c`, metrics: { cost: 0.25 } }]
            : []),
        ]
      : []),
    ...(n % 6 === 0
      ? [{ ...run, type: 'tool_call', id: `${n}/t`, tool_name: 't', error: n % 12 === 0 }]
      : []),
    {
      ...run,
      type: 'run',
      id: `${n}/r`,
      status: n % 17 === 0 ? 'error' : 'completed',
      metrics: n % 2 === 0 ? { time: n % 3 } : {},
    },
  ];
}).flat();

async function all<T>(
  list: (page: { limit: number; cursor: string | undefined }) => Promise<Page<T>>,
  limit: number,
): Promise<readonly T[]> {
  const items: T[] = [];
  let cursor: string | undefined;
  do {
    const page = await list({ limit, cursor });
    items.push(...page.items);
    cursor = page.next_cursor;
  } while (cursor !== undefined);
  return items;
}

describeWithPostgres('lists of totals', () => {
  let own: TestDatabase;
  let database: Database;
  beforeAll(async () => {
    own = await createTestDatabase();
    database = openDatabase(own.url);
    await foldEvents(database, events);
    await foldEvents(database, [{ type: 'run', run_id: 'run-0', session_id: 'chat-0' }], 2);
  });
  afterAll(async () => {
    await database?.close();
    await own?.drop();
  });

  const runs = (options: ListRunsOptions = {}, limit = 1000) =>
    all((page) => listRuns(database, { ...options, ...page }), limit);
  const sessions = (options: ListSessionsOptions = {}, limit = 1000) =>
    all((page) => listSessions(database, { ...options, ...page }), limit);
  const runIds = (rows: readonly { readonly run_id: string }[]) => rows.map((row) => row.run_id);
  const sessionIds = (rows: readonly { readonly session_id: string }[]) =>
    rows.map((row) => row.session_id);

  /** Highest first, rows without the figure last, the greater id first among equals. */
  function ordered<T extends object>(rows: readonly T[], figure: keyof T, ids: (row: T) => string) {
    const size = (row: T) => Number(row[figure] ?? Number.NEGATIVE_INFINITY);
    return [...rows].sort((a, b) => size(b) - size(a) || (ids(a) < ids(b) ? 1 : -1));
  }

  test.each(runOrders)('give every run once by %s, however large a page is', async (order_by) => {
    const byIds = ordered(await runs(), order_by, (run) => `${run.session_id} ${run.run_id}`);
    const found = await runs({ order_by });
    expect(found.map((run) => run[order_by])).toEqual(byIds.map((run) => run[order_by]));
    if (order_by !== 'cost') expect(runIds(found)).toEqual(runIds(byIds));
    for (const limit of [1, 7, 59, 60]) expect(await runs({ order_by }, limit)).toEqual(found);
  });

  test('tell apart costs that differ in their seventeenth digit', async () => {
    const [most, second] = await runs({ order_by: 'cost' }, 1);
    expect([most?.run_id, second?.run_id]).toEqual(['run-59', 'run-58']);
    expect(runIds(await runs({ order_by: 'cost', min_cost: 1e6 }))).toEqual(['run-59', 'run-58']);
  });

  test.each(sessionOrders)('give every session once by %s', async (order_by) => {
    const whole = ordered(await sessions(), order_by, (one) => one.session_id);
    const found = await sessions({ order_by });
    expect(found.map((one) => one[order_by])).toEqual(whole.map((one) => one[order_by]));
    for (const limit of [1, 4, 25, 26]) expect(await sessions({ order_by }, limit)).toEqual(found);
  });

  test('neither repeat nor hide rows when others come while they are paged', async () => {
    const before = await runs({ order_by: 'total_tokens', project: 3 });
    expect(before).toEqual([]);
    const row = (n: number, tokens: number) => ({
      type: 'message',
      role: 'assistant',
      run_id: `late-${n}`,
      metrics: { total_tokens: tokens },
    });
    await foldEvents(
      database,
      [1, 2, 3, 4].map((n) => row(n, n * 10)),
      3,
    );
    const first = await listRuns(database, { order_by: 'total_tokens', limit: 2, project: 3 });
    await foldEvents(database, [row(5, 99), row(6, 35), row(7, 5)], 3);
    const rest = await listRuns(database, {
      order_by: 'total_tokens',
      project: 3,
      cursor: first.next_cursor,
    });
    expect(runIds([...first.items, ...rest.items])).toEqual([
      'late-4',
      'late-3',
      'late-2',
      'late-1',
      'late-7',
    ]);
  });

  test('take several values of a filter, and one in a list for one', async () => {
    const every = await runs();
    for (const order_by of [undefined, 'cost'] as const) {
      for (const wanted of [['u-1', 'u-3'], ['u-2']]) {
        const found = await runs({ user_id: wanted, order_by }, 7);
        expect(runIds(found).sort()).toEqual(
          runIds(every.filter((run) => wanted.includes(run.user_id ?? ''))).sort(),
        );
      }
    }
    const some = await runs({ model: ['model-0', 'model-2'], provider: 'x', status: ['error'] });
    expect(runIds(some)).toEqual(
      runIds(
        every.filter(
          (run) => run.model !== 'model-1' && run.provider === 'x' && run.status === 'error',
        ),
      ),
    );
    const { next_cursor } = await listRuns(database, { user_id: ['u-2'], limit: 3 });
    const rest = await listRuns(database, { user_id: 'u-2', limit: 3, cursor: next_cursor });
    expect(rest.items).toHaveLength(3);
    await expect(
      listRuns(database, { user_id: ['u-2', 'u-3'], cursor: next_cursor }),
    ).rejects.toThrow(InvalidCursorError);
    expect(await runs({ agent_id: [] })).toEqual([]);
  });

  test('find a session once by each of its users, also by several at a time', async () => {
    const users = new Map<string, Set<string>>();
    for (const event of events) {
      users.set(event.session_id, (users.get(event.session_id) ?? new Set()).add(event.user_id));
    }
    for (const wanted of [['u-0'], ['u-0', 'u-1'], ['u-1', 'u-3'], ['u-0', 'nobody']]) {
      const expected = [...users].filter(([, names]) => wanted.some((name) => names.has(name)));
      const found = await sessions({ user_id: wanted }, 5);
      expect(sessionIds(found).sort()).toEqual(expected.map(([id]) => id).sort());
    }
  });

  test('narrow to what begins with a text, to what failed, and to what cost so much', async () => {
    const every = await runs();
    expect(runIds(await runs({ id_prefix: 'run-1' }))).toEqual(
      runIds(every.filter((run) => run.run_id.startsWith('run-1'))),
    );
    const chats = await sessions({ id_prefix: 'chat' });
    expect(sessionIds(chats)).toEqual(
      sessionIds(await sessions()).filter((id) => id.startsWith('chat')),
    );
    const isFailed = ({ status, tool_errors, message_errors }: (typeof every)[number]) =>
      status === 'error' || tool_errors > 0 || message_errors > 0;
    expect(runIds(await runs({ failed: true }))).toEqual(runIds(every.filter(isFailed)));
    expect(runIds(await runs({ failed: false }))).toEqual(
      runIds(every.filter((run) => !isFailed(run))),
    );
    const failed = new Set(every.filter(isFailed).map((run) => run.session_id));
    const whole = sessionIds(await sessions());
    expect(sessionIds(await sessions({ failed: true }))).toEqual(
      whole.filter((id) => failed.has(id)),
    );
    expect(sessionIds(await sessions({ failed: false }))).toEqual(
      whole.filter((id) => !failed.has(id)),
    );
    expect(runIds(await runs({ min_cost: 0.25 }))).toEqual(
      runIds(every.filter((run) => (run.cost ?? 0) >= 0.25)),
    );
  });

  test('name the agent that a session began with', async () => {
    for (const session of await sessions({ id_prefix: 'chat' })) {
      const isLed = events.some(
        (event) => event.session_id === session.session_id && event.agent_id === 'lead',
      );
      expect(session.root_agent_id).toBe(isLed ? 'lead' : null);
    }
    expect(await getSession(database, { session_id: 'chat-0' })).toMatchObject({
      agent_id: 'lead',
      root_agent_id: 'lead',
    });
    expect(await getSession(database, { session_id: 'job-2' })).toMatchObject({
      root_agent_id: 'lead',
    });
  });

  test('give the runs that have not ended, and the others', async () => {
    const at = { occurred_at: '2026-01-01T00:00:00Z' };
    const message = { ...at, type: 'message', role: 'assistant', user_id: 'u' };
    await foldEvents(
      database,
      [
        ...[1, 2, 3].map((n) => ({ ...message, run_id: `open-${n}` })),
        ...['completed', 'paused'].map((status) => ({
          ...at,
          type: 'run',
          run_id: status,
          status,
        })),
        { ...message, run_id: 'completed' },
      ],
      4,
    );
    for (const order_by of [undefined, 'cost'] as const) {
      for (const user_id of [undefined, 'u', ['u', 'v']]) {
        const found = await runs({ ended: false, order_by, user_id, project: 4 }, 2);
        expect(runIds(found).sort()).toEqual(['open-1', 'open-2', 'open-3']);
      }
    }
    const ended = await runs({ ended: true, project: 4 }, 1);
    expect(runIds(ended).sort()).toEqual(['completed', 'paused']);
    const { next_cursor } = await listRuns(database, { ended: false, limit: 1, project: 4 });
    await expect(
      listRuns(database, { ended: true, project: 4, cursor: next_cursor }),
    ).rejects.toThrow(InvalidCursorError);
  });

  test('refuse an order, a cost and a cursor that are none', async () => {
    const wrong = { order_by: 'messages' as never };
    await expect(listRuns(database, wrong)).rejects.toThrow(InvalidQueryError);
    await expect(listRuns(database, { min_cost: -1 })).rejects.toThrow(InvalidQueryError);
    await expect(listRuns(database, { min_cost: Number.NaN })).rejects.toThrow(InvalidQueryError);
    const { next_cursor } = await listRuns(database, { order_by: 'cost', limit: 1 });
    for (const order_by of ['run_time', undefined] as const) {
      await expect(listRuns(database, { order_by, cursor: next_cursor })).rejects.toThrow(
        InvalidCursorError,
      );
    }
  });
});
