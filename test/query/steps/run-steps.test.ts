import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Database, openDatabase } from '#runfold/postgres/database.js';
import { listMessages } from '#runfold/query/log/messages.js';
import { listToolCalls } from '#runfold/query/log/tool-calls.js';
import { AmbiguousRunError } from '#runfold/query/query-errors.js';
import { listRunSteps, type RunStep } from '#runfold/query/steps/run-steps.js';
import { getRunTree } from '#runfold/query/totals/run-tree.js';
import { createTestDatabase, type TestDatabase } from '../../../harness/database.js';
import { foldEvents } from '../../../harness/fold-events.js';
import { describeWithPostgres } from '../../../harness/suite.js';

const at = (seconds: number) => new Date(Date.UTC(2026, 0, 1) + seconds * 1000).toISOString();
const lead = { session_id: 's', run_id: 'lead', agent_id: 'lead' };
const member = { session_id: 's', run_id: 'member', agent_id: 'writer', parent_run_id: 'lead' };
const guest = { session_id: 'other', run_id: 'guest', parent_run_id: 'member' };
const answer = { type: 'message', role: 'assistant', model: 'm', provider: 'p' };

const events = [
  { ...lead, type: 'message', role: 'user', id: 'question', occurred_at: at(0) },
  {
    ...lead,
    ...answer,
    id: 'plan',
    occurred_at: at(3),
    metrics: { input_tokens: 10, output_tokens: 2, time: 2.5, time_to_first_token: 0.5, cost: 0.1 },
  },
  // It ends after the step it waits for, and began before it, so it comes first.
  {
    ...lead,
    type: 'tool_call',
    tool_name: 'delegate',
    id: 'call',
    occurred_at: at(30),
    metrics: { time: 26 },
  },
  ...Array.from({ length: 20 }, (_, n) => ({
    ...member,
    type: 'tool_call',
    tool_name: 'search',
    id: `search-${n}`,
    // Four at a time.
    occurred_at: at(6 + Math.floor(n / 4)),
    ...(n === 7 ? { error: 'disk full' } : {}),
    metrics: { time: 1 },
  })),
  { ...guest, ...answer, id: 'guest', occurred_at: at(20), error: 'refused', metrics: { time: 1 } },
  { ...member, type: 'run', id: 'end', status: 'completed', occurred_at: at(29) },
  // Corrections of the plan, and of a missing event.
  {
    ...lead,
    ...answer,
    id: 'fix',
    corrects: 'plan',
    occurred_at: at(60),
    metrics: { input_tokens: 5, time: 1, cost: -0.05 },
  },
  {
    ...lead,
    ...answer,
    id: 'lost',
    corrects: 'nothing',
    occurred_at: at(61),
    metrics: { output_tokens: 1 },
  },
];

describeWithPostgres('the steps of a run', () => {
  let own: TestDatabase;
  let database: Database;
  beforeAll(async () => {
    own = await createTestDatabase();
    database = openDatabase(own.url);
    await foldEvents(database, events);
    await foldEvents(database, [{ ...lead, ...answer, id: 'theirs' }], 2);
  });
  afterAll(async () => {
    await database?.close();
    await own?.drop();
  });

  async function steps(options: { subtree?: boolean; limit?: number; run_id?: string } = {}) {
    const found: RunStep[] = [];
    let cursor: string | undefined;
    do {
      const page = await listRunSteps(database, { run_id: 'lead', ...options, cursor });
      found.push(...(page?.items ?? []));
      cursor = page?.next_cursor;
    } while (cursor !== undefined);
    return found;
  }

  test('are those of all runs below it, by when they began', async () => {
    const found = await steps();
    expect(found.map(({ id }) => id)).toEqual([
      'question',
      'plan',
      'call',
      ...Array.from({ length: 20 }, (_, n) => `search-${n}`).sort((a, b) => {
        const group = (id: string) => Math.floor(Number(id.slice(7)) / 4);
        return group(a) - group(b) || (a < b ? -1 : 1);
      }),
      'guest',
      'lost',
    ]);
    expect(new Set(found.map(({ id, depth }) => `${id.replace(/-.*/, '')} ${depth}`))).toEqual(
      new Set(['question 0', 'plan 0', 'call 0', 'search 1', 'guest 2', 'lost 0']),
    );
    expect(found.find(({ id }) => id === 'search-7')).toMatchObject({
      type: 'tool_call',
      name: 'search',
      role: null,
      error: true,
      error_text: 'disk full',
      agent_id: 'writer',
    });
    expect(found.find(({ id }) => id === 'guest')).toMatchObject({
      session_id: 'other',
      name: 'm',
      error: true,
      error_text: 'refused',
    });
    expect(found[0]).toMatchObject({ type: 'message', name: 'user', role: 'user', cost: null });
  });

  test.each([1, 2, 3, 24, 26, 1000])('come once each, %i a page', async (limit) => {
    expect(await steps({ limit })).toEqual(await steps());
  });

  test('hold their corrections, and begin where they were recorded to', async () => {
    expect((await steps())[1]).toMatchObject({
      id: 'plan',
      started_at: '2026-01-01T00:00:00.500Z',
      ended_at: '2026-01-01T00:00:03.000Z',
      input_tokens: 15,
      output_tokens: 2,
      total_tokens: 17,
      time: 3.5,
      time_to_first_token: 0.5,
      cost: 0.05,
      corrections: 1,
    });
  });

  test('agree with the lists of the log, and add up to the tree', async () => {
    const own = await steps({ subtree: false });
    const place = { run_id: 'lead', session_id: 's' };
    const messages = (await listMessages(database, place)).items;
    const calls = (await listToolCalls(database, place)).items;
    for (const one of [...messages, ...calls]) {
      const { time, cost, total_tokens, corrections, cost_source } = one;
      const step = own.find(({ id }) => id === one.id);
      expect(step).toMatchObject({ time, cost, total_tokens, corrections, cost_source });
    }
    expect(own).toHaveLength(messages.length + calls.length);
    const tree = await getRunTree(database, { run_id: 'lead' });
    const sum = (await steps()).reduce((all, { total_tokens }) => all + (total_tokens ?? 0), 0);
    expect(sum).toBe(tree?.subtree.total_tokens);
  });

  test('are undefined where there is no such run, and ambiguous where there are several', async () => {
    expect(await listRunSteps(database, { run_id: 'none' })).toBeUndefined();
    await foldEvents(database, [
      { ...answer, run_id: 'twice', session_id: 'a' },
      { ...answer, run_id: 'twice', session_id: 'b' },
    ]);
    await expect(listRunSteps(database, { run_id: 'twice' })).rejects.toThrow(AmbiguousRunError);
    const one = await listRunSteps(database, { run_id: 'twice', session_id: 'b' });
    expect(one?.items).toHaveLength(1);
  });
});
