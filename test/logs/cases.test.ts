import { execFileSync } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { verify } from '#runfold/projections/audit/verify.js';
import { useLogStore } from '../../harness/log-store.js';
import {
  countEvents,
  expectCase,
  expectCases,
  fixtures,
  ingest,
  logCase,
  logCases,
  logsAt,
} from './log-cases.js';

describe('the logs of agents and gateways', () => {
  const work = useLogStore();

  test.each(logCases)('are read exactly once: %s', async (_name, expected) => {
    const store = await work.openProject();
    const logs = await logsAt(expected.format, join(fixtures, expected.path));
    const { counts, faults } = await ingest(store, logs);
    await expectCase(store, expected);
    expect(counts.partial).toBe(expected.messages.filter(({ partial }) => partial).length);
    const places = faults.map(({ path, line }) => `${path}:${line}`);
    const wanted = expected.faults ?? [];
    expect(places).toEqual(wanted.map(({ file, line }) => `${join(fixtures, file)}:${line}`));
    for (const [index, { field }] of wanted.entries()) {
      if (field !== '') expect(faults[index]?.text).toContain(`${field}: expected`);
    }

    const events = await countEvents(store);
    const second = await ingest(store, logs);
    expect(second.counts).toMatchObject({ files_read: 0, bytes: 0, messages: 0, tool_calls: 0 });
    const again = await ingest(store, logs, { again: true });
    expect(again.counts).toMatchObject({ corrections: 0 });
    expect(await countEvents(store)).toBe(events);
    await expectCase(store, expected);
  });

  test('are the same in any order, since files are put into their own before they are read', async () => {
    for (const [, expected] of logCases) {
      const store = await work.openProject();
      const logs = await logsAt(expected.format, join(fixtures, expected.path));
      await ingest(store, [...logs].reverse());
      await expectCase(store, expected);
    }
  });

  test('of all cases together come to the sums of the cases', async () => {
    const store = await work.openProject();
    const cases = logCases.filter(([name]) => name !== 'claude-growth/before');
    for (const [, { format, path }] of cases) {
      await ingest(store, await logsAt(format, join(fixtures, path)));
    }
    await expectCases(
      store,
      cases.map(([, expected]) => expected),
    );
  });

  test('of one agent in one folder come to the sums of its cases', async () => {
    for (const format of new Set(logCases.map(([, { format }]) => format))) {
      const store = await work.openProject();
      const cases = logCases.filter(
        ([name, one]) => one.format === format && name !== 'claude-growth/before',
      );
      const paths = cases.map(([, { path }]) => join(fixtures, path));
      await ingest(store, await logsAt(format, ...paths));
      await expectCases(
        store,
        cases.map(([, expected]) => expected),
      );
    }
  });

  test('keep subagents as runs below the run that asked for them', async () => {
    const store = await work.openProject();
    const expected = logCase('claude-subagents');
    await ingest(store, await logsAt(expected.format, join(fixtures, expected.path)));
    const runs = await store.database.query(
      `select run_id, parent_run_id, agent_id, assistant_messages::integer as messages
      from runfold_internal.run where project = $1 order by run_id collate "C"`,
      [store.project],
    );
    const main = 'c4f00001-0000-4000-8000-000000000001';
    expect(runs).toEqual([
      { run_id: 'a1111111111111111', parent_run_id: main, agent_id: 'code-reviewer', messages: 2 },
      { run_id: 'a2222222222222222', parent_run_id: main, agent_id: 'Explore', messages: 1 },
      { run_id: main, parent_run_id: null, agent_id: 'claude-code', messages: 2 },
    ]);
  });

  test('keep subagents of Gemini CLI below the prompt before them', async () => {
    const store = await work.openProject();
    const expected = logCase('gemini-subagent');
    await ingest(store, await logsAt(expected.format, join(fixtures, expected.path)));
    const runs = await store.database.query(
      `select run_id, parent_run_id, assistant_messages::integer as messages
      from runfold_internal.run where project = $1 order by run_id collate "C"`,
      [store.project],
    );
    const main = 'cab00001-0000-4000-8000-000000000001';
    expect(runs).toEqual([
      { run_id: main, parent_run_id: null, messages: 2 },
      { run_id: 'codebase_investigator-ca100002', parent_run_id: main, messages: 2 },
    ]);
  });

  test('of Codex in pages have the model of the page before, read at once or one after the other', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'runfold-pages-'));
    const thread = '01a19cfd-2c00-7000-8000-000000000009';
    const line = (type: string, payload: object) =>
      `${JSON.stringify({ timestamp: '2026-11-02T16:00:00.000Z', type, payload })}\n`;
    const meta = line('session_meta', { id: thread, history_mode: 'paginated' });
    const call = (total: number) => {
      const usage = { input_tokens: 10, output_tokens: 0 };
      const thread_token_usage = { input_tokens: total, output_tokens: 0 };
      return line('token_usage_record', { turn_id: 'turn-1', thread_token_usage, usage });
    };
    const first = join(dir, `rollout-2026-11-02T16-00-00-${thread}.jsonl`);
    const second = join(dir, `rollout-2026-11-02T16-10-00-${thread}_0001.jsonl`);
    await writeFile(first, meta + line('turn_context', { model: 'gpt-5.5' }) + call(10));
    await writeFile(second, meta + call(20));
    for (const pages of [[first, second], [first]]) {
      const store = await work.openProject();
      await ingest(store, await logsAt('codex', ...pages));
      await ingest(store, await logsAt('codex', dir));
      const messages = await store.database.query(
        `select model, input_tokens::integer as input from runfold.messages
        where project = $1 order by id collate "C"`,
        [store.project],
      );
      expect(messages).toEqual([
        { model: 'gpt-5.5', input: 10 },
        { model: 'gpt-5.5', input: 10 },
      ]);
    }
    await rm(dir, { recursive: true });
  });

  test('of Codex count a call once whose total differs between its record and its count', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'runfold-totals-'));
    const thread = '01a19cfd-2c00-7000-8000-00000000000a';
    const line = (type: string, payload: object) =>
      `${JSON.stringify({ timestamp: '2026-11-02T16:00:00.000Z', type, payload })}\n`;
    const usageOf = (input_tokens: number) => ({ input_tokens, output_tokens: 0 });
    const record = (total: number, own: number) =>
      line('token_usage_record', {
        turn_id: 'turn-1',
        thread_token_usage: usageOf(total),
        usage: usageOf(own),
      });
    const count = (total: number, own: number) =>
      line('event_msg', {
        type: 'token_count',
        info: { total_token_usage: usageOf(total), last_token_usage: usageOf(own) },
      });
    const lines = [
      line('session_meta', { id: thread }),
      line('turn_context', { model: 'gpt-5.5' }),
      record(100, 100) + count(100, 100),
      // The history is compacted, and its total lowered.
      record(130, 30) + line('compacted', { message: '' }) + count(80, 30) + count(80, 30),
      record(150, 20) + count(100, 20),
      // A version without records goes on.
      count(110, 10),
      // A total that goes on from that of another thread, whose latest record is repeated.
      line('compacted', { latest_token_usage_record: { turn_id: 'turn-0', usage: usageOf(50) } }) +
        count(8_960, 50),
      record(200, 40) + count(9_000, 40),
      // A version without records goes on, from the total of the other thread.
      count(9_015, 15),
    ];
    const file = join(dir, `rollout-2026-11-02T16-00-00-${thread}.jsonl`);
    for (const cuts of [[lines.length], [1, 2, 3, 4, 5, 6, 7, 8, 9]]) {
      const store = await work.openProject();
      for (const cut of cuts) {
        await writeFile(file, lines.slice(0, cut).join(''));
        await ingest(store, await logsAt('codex', dir));
      }
      const messages = await store.database.query<{ input: number }>(
        `select input_tokens::integer as input from runfold.messages where project = $1`,
        [store.project],
      );
      const inputs = messages.map(({ input }) => input);
      expect(inputs.sort((a, b) => a - b)).toEqual([10, 15, 20, 30, 40, 100]);
    }
    await rm(dir, { recursive: true });
  });

  test('tell how turns ended, and which calls failed', async () => {
    const store = await work.openProject();
    for (const name of ['codex-fork-base', 'litellm']) {
      const { format, path } = logCase(name);
      await ingest(store, await logsAt(format, join(fixtures, path)));
    }
    const runs = await store.database.query<{ run_id: string; status: number }>(
      `select run_id, status from runfold.runs where project = $1 and status is not null`,
      [store.project],
    );
    expect(Object.fromEntries(runs.map(({ run_id, status }) => [run_id, status]))).toEqual({
      ...logCase('codex-fork-base').run_status,
      'litellm-call-0002': 'error',
    });
  });

  test('of Codex are the same compressed, also beside the plain file', async () => {
    const { format, path } = logCase('codex-repeats');
    const [plain] = await logsAt(format, join(fixtures, path));
    if (plain === undefined) throw new Error('Expected a log.');
    for (const isBeside of [false, true]) {
      const dir = await mkdtemp(join(tmpdir(), 'runfold-logs-'));
      const packed = join(dir, `${basename(plain.path)}.zst`);
      await writeFile(
        packed,
        execFileSync('zstd', ['--check'], { input: await readFile(plain.path) }),
      );
      if (isBeside) await copyFile(plain.path, join(dir, basename(plain.path)));
      const store = await work.openProject();
      await ingest(store, await logsAt(format, dir));
      await expectCase(store, logCase('codex-repeats'));
      await rm(dir, { recursive: true });
    }
  });

  test('leave totals that verify finds to be the fold of the log', async () => {
    const report = await verify(work.runfold.database);
    expect(report.differences).toEqual([]);
  });
});
