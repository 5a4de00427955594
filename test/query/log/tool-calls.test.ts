import { beforeAll, expect, test } from 'vitest';
import type { Database } from '#runfold/postgres/database.js';
import { listToolCalls } from '#runfold/query/log/tool-calls.js';
import { withTestDatabase } from '../../../harness/database.js';
import { foldEvents } from '../../../harness/fold-events.js';
import { describeWithPostgres } from '../../../harness/suite.js';

const hour = 3_600_000;
const now = Date.now();

describeWithPostgres('the newest calls of a tool', () => {
  let database: Database;
  withTestDatabase((opened) => {
    database = opened;
  });
  /** Thirty calls in thirty sessions, one every two hours; every third failed. Another tool is called more often. */
  const calls = Array.from({ length: 30 }, (_, at) => ({
    type: 'tool_call',
    id: `call-${at}`,
    run_id: `run-${at}`,
    tool_name: 'search',
    occurred_at: new Date(now - at * 2 * hour).toISOString(),
    ...(at % 3 === 0 ? { error: `broken ${at}` } : {}),
    metrics: { time: 1 },
  }));
  const others = calls.map((call) => ({ ...call, id: `other-${call.id}`, tool_name: 'fetch' }));
  const correction = { ...calls[0], id: 'correction', corrects: 'call-0', error: undefined };
  beforeAll(async () => {
    await foldEvents(database, [...calls, ...others]);
    await foldEvents(database, [{ ...correction, metrics: { time: 2 } }]);
  });
  const newest = (options: object = {}) =>
    listToolCalls(database, { tool_name: 'search', newest: true, ...options });
  const numbers = (items: readonly { readonly id: string }[]) =>
    items.map(({ id }) => Number(id.replace('call-', '')));

  test('are listed newest first, of all sessions, page by page', async () => {
    const seen: number[] = [];
    let cursor: string | undefined;
    do {
      const page = await newest({ limit: 7, cursor });
      seen.push(...numbers(page.items));
      cursor = page.next_cursor;
    } while (cursor !== undefined);
    expect(seen).toEqual(Array.from({ length: 30 }, (_, at) => at));
  });

  test('with their corrections, and those that failed apart', async () => {
    const { items } = await newest({ failed: true, limit: 3 });
    expect(numbers(items)).toEqual([0, 3, 6]);
    expect(items[0]).toMatchObject({ error_text: 'broken 0', time: 3, corrections: 1 });
    expect(numbers((await newest({ failed: false, limit: 3 })).items)).toEqual([1, 2, 4]);
  });

  test('of a range that ends within an hour', async () => {
    const at = (call: number) => new Date(now - call * 2 * hour).toISOString();
    const { items } = await newest({ from: at(9), to: at(4), limit: 50 });
    expect(numbers(items)).toEqual([5, 6, 7, 8, 9]);
    expect((await newest({ to: at(40) })).items).toEqual([]);
    expect((await newest({ tool_name: 'none' })).items).toEqual([]);
  });

  test('need a tool, and neither session nor run', async () => {
    await expect(newest({ tool_name: undefined })).rejects.toThrow(/tool_name/);
    await expect(newest({ run_id: 'run-1' })).rejects.toThrow(/newest/);
  });
});
