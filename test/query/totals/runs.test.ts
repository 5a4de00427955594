import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Database, openDatabase } from '#runfold/postgres/database.js';
import { AmbiguousRunError, RunTreeTooDeepError } from '#runfold/query/query-errors.js';
import { getRunTree, type RunTree } from '#runfold/query/totals/run-tree.js';
import { getRun } from '#runfold/query/totals/runs.js';
import { getSession } from '#runfold/query/totals/sessions.js';
import { createTestDatabase, type TestDatabase } from '../../../harness/database.js';
import { foldEvents } from '../../../harness/fold-events.js';
import { describeWithPostgres } from '../../../harness/suite.js';

interface Member {
  readonly run_id: string;
  readonly parent_run_id?: string;
  readonly session_id?: string;
  readonly second?: number;
}

/** One message of one run: 10 output tokens, 0.1 s, 0.1 dollars. */
const message = ({ second = 0, ...run }: Member) => ({
  ...run,
  type: 'message',
  role: 'assistant',
  occurred_at: `2026-01-01T00:00:${String(second).padStart(2, '0')}Z`,
  metrics: { output_tokens: 10, time: 0.1, cost: 0.1 },
});

type Shape = { readonly [run: string]: Shape };
const shapeOf = (tree: RunTree): Shape => ({
  [tree.run.run_id]: Object.assign({}, ...tree.children.map(shapeOf)),
});

describeWithPostgres('a run', () => {
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

  test('is undefined when there is none of that id', async () => {
    expect(await getRun(database, { run_id: 'none' })).toBeUndefined();
    expect(await getSession(database, { session_id: 'none' })).toBeUndefined();
    expect(await getRunTree(database, { run_id: 'none' })).toBeUndefined();
  });

  test('is found by its id alone, and by its session where several have that id', async () => {
    await foldEvents(database, [
      message({ run_id: 'shared', session_id: 'a' }),
      message({ run_id: 'shared', session_id: 'b', second: 1 }),
      message({ run_id: 'alone' }),
    ]);
    expect(await getRun(database, { run_id: 'alone' })).toMatchObject({
      session_id: 'alone',
      started_at: '2025-12-31T23:59:59.900Z',
      output_tokens: 10,
      input_tokens: null,
      status: null,
      cost: 0.1,
    });
    const ambiguous = getRun(database, { run_id: 'shared' });
    await expect(ambiguous).rejects.toThrow(AmbiguousRunError);
    await expect(ambiguous).rejects.toMatchObject({
      code: 'ambiguous_run',
      session_ids: ['a', 'b'],
    });
    await expect(getRunTree(database, { run_id: 'shared' })).rejects.toThrow(AmbiguousRunError);
    const named = await getRun(database, { run_id: 'shared', session_id: 'b' });
    expect(named).toMatchObject({ session_id: 'b', run_id: 'shared' });
  });

  test('of a team has its members below it, and their figures in its subtree only', async () => {
    const session_id = 'team';
    await foldEvents(database, [
      message({ run_id: 'lead', session_id }),
      message({ run_id: 'writer', session_id, parent_run_id: 'lead', second: 2 }),
      message({ run_id: 'reader', session_id, parent_run_id: 'lead', second: 1 }),
      message({ run_id: 'checker', session_id, parent_run_id: 'writer', second: 3 }),
      {
        ...message({ run_id: 'checker', session_id, parent_run_id: 'writer' }),
        type: 'tool_call',
        role: undefined,
        tool_name: 't',
        error: true,
      },
    ]);
    const tree = await getRunTree(database, { run_id: 'lead' });
    expect(tree && shapeOf(tree)).toEqual({ lead: { reader: {}, writer: { checker: {} } } });
    expect(tree?.self).toMatchObject({ output_tokens: 10, time: 0.1, cost: 0.1, tool_errors: 0 });
    // 0.1 + 0.1 + 0.1 is not 0.3 in floating-point numbers.
    expect(tree?.subtree).toMatchObject({
      messages: 4,
      output_tokens: 40,
      input_tokens: null,
      time: 0.4,
      tool_calls: 1,
      tool_errors: 1,
      tool_time: 0.1,
      run_time: null,
    });
    expect(tree?.children[1]?.subtree).toMatchObject({ output_tokens: 20, time: 0.2, cost: 0.3 });
    expect(tree?.run).toMatchObject({ output_tokens: 10, run_id: 'lead', session_id });
    const below = await getRunTree(database, { run_id: 'writer', session_id });
    expect(below && shapeOf(below)).toEqual({ writer: { checker: {} } });
  });

  test('that closes a circle stands in its tree once', async () => {
    const session_id = 'circle';
    await foldEvents(database, [
      message({ run_id: 'x', session_id, parent_run_id: 'z' }),
      message({ run_id: 'y', session_id, parent_run_id: 'x' }),
      message({ run_id: 'z', session_id, parent_run_id: 'y' }),
      message({ run_id: 'self', session_id, parent_run_id: 'self' }),
    ]);
    const tree = await getRunTree(database, { run_id: 'x' });
    expect(tree && shapeOf(tree)).toEqual({ x: { y: { z: {} } } });
    expect(tree?.subtree).toMatchObject({ output_tokens: 30 });
    const self = await getRunTree(database, { run_id: 'self' });
    expect(self && shapeOf(self)).toEqual({ self: {} });
  });

  test('has children in sessions of their own, unless those have a parent of that id', async () => {
    await foldEvents(database, [
      message({ run_id: 'root' }),
      message({ run_id: 'guest', parent_run_id: 'root' }),
    ]);
    const alone = await getRunTree(database, { run_id: 'root', session_id: 'root' });
    expect(alone && shapeOf(alone)).toEqual({ root: { guest: {} } });
    await foldEvents(database, [
      message({ run_id: 'root', session_id: 'other' }),
      message({ run_id: 'theirs', session_id: 'other', parent_run_id: 'root' }),
    ]);
    const tree = await getRunTree(database, { run_id: 'root', session_id: 'other' });
    expect(tree && shapeOf(tree)).toEqual({ root: { theirs: {} } });
  });

  test('whose parent may be a run of several sessions is in no tree but its own', async () => {
    await foldEvents(database, [
      message({ run_id: 'main', session_id: 's-a' }),
      message({ run_id: 'main', session_id: 's-b' }),
      message({ run_id: 'sub', session_id: 's-worker', parent_run_id: 'main' }),
      message({ run_id: 'below', session_id: 's-worker', parent_run_id: 'sub', second: 1 }),
    ]);
    for (const session_id of ['s-a', 's-b']) {
      const tree = await getRunTree(database, { run_id: 'main', session_id });
      expect(tree && shapeOf(tree)).toEqual({ main: {} });
    }
    const own = await getRunTree(database, { run_id: 'sub' });
    expect(own && shapeOf(own)).toEqual({ sub: { below: {} } });
  });

  // The parents' ids exist in several sessions. By id alone, the paths would multiply by eight per
  // level.
  test('is read once, however many ways seem to lead to it', async () => {
    const layers = Array.from({ length: 12 }, (_, layer) =>
      Array.from({ length: 8 }, (_, session) =>
        message({
          run_id: `way-${layer}`,
          session_id: `way-${session}-${layer}`,
          ...(layer === 0 ? {} : { parent_run_id: `way-${layer - 1}` }),
        }),
      ),
    ).flat();
    await foldEvents(database, layers.slice(7));
    const tree = await getRunTree(database, { run_id: 'way-0' });
    expect(tree?.subtree.messages).toBe(9);
  });

  test('with more runs below it than a tree holds is refused', async () => {
    const children = Array.from({ length: 10_000 }, (_, n) =>
      message({ run_id: `child-${n}`, session_id: 'wide', parent_run_id: 'wide-root' }),
    );
    await foldEvents(database, [message({ run_id: 'wide-root', session_id: 'wide' })]);
    await foldEvents(database, children.slice(1));
    expect((await getRunTree(database, { run_id: 'wide-root' }))?.children).toHaveLength(9_999);
    await foldEvents(database, children.slice(0, 1));
    await expect(getRunTree(database, { run_id: 'wide-root' })).rejects.toMatchObject({
      code: 'run_tree_too_large',
      max_runs: 10_000,
    });
  });

  test('with a tree deeper than asked for is refused', async () => {
    const chain = Array.from({ length: 120 }, (_, n) =>
      message({
        run_id: `c-${n}`,
        session_id: 'chain',
        ...(n === 0 ? {} : { parent_run_id: `c-${n - 1}` }),
      }),
    );
    await foldEvents(database, chain);
    await expect(getRunTree(database, { run_id: 'c-0' })).rejects.toThrow(RunTreeTooDeepError);
    const tree = await getRunTree(database, { run_id: 'c-0', max_depth: 120 });
    expect(tree?.subtree).toMatchObject({ messages: 120, output_tokens: 1200, cost: 12 });
    expect(await getRunTree(database, { run_id: 'c-20' })).toMatchObject({
      subtree: { messages: 100 },
    });
  });
});
