import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { query, type SDKUserMessage } from '@anthropic-ai/claude-agent-sdk';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { trackQuery } from '#runfold/claude-agent-sdk.js';
import { type HookStore, withHookStore } from './hook-store.js';

let store: HookStore;
withHookStore((opened) => {
  store = opened;
});
let dir = '';
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'runfold-claude-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

/** Options for a query whose program sends the planned messages, turn by turn. */
async function planned(name: string, ...turns: readonly (readonly object[])[]) {
  const file = join(dir, `${name}.json`);
  await writeFile(file, JSON.stringify(turns));
  return {
    pathToClaudeCodeExecutable: join(import.meta.dirname, 'fake-claude.mjs'),
    executable: 'node' as const,
    env: { PATH: process.env.PATH ?? '', FAKE_CLAUDE_TURNS: file },
  };
}

const init = { type: 'system', subtype: 'init', model: 'claude-opus-4-6', tools: [], cwd: '/' };
const counts = (input: number, read: number, written: number, output: number) => ({
  input_tokens: input,
  cache_read_input_tokens: read,
  cache_creation_input_tokens: written,
  output_tokens: output,
});
const says = (id: string, usage: object, content: readonly object[], rest: object = {}) => ({
  type: 'assistant',
  parent_tool_use_id: null,
  message: { id, type: 'message', role: 'assistant', model: 'claude-opus-4-6', content, usage },
  ...rest,
});
const text = { type: 'text', text: 'Let me see.' };
const uses = (id: string, name: string, input: object = {}) => ({
  type: 'tool_use',
  id,
  name,
  input,
});
const result = (id: string, is_error = false) => ({
  type: 'user',
  parent_tool_use_id: null,
  message: {
    role: 'user',
    content: [{ type: 'tool_result', tool_use_id: id, content: 'a secret', is_error }],
  },
});
const used = (input: number, read: number, written: number, output: number, costUSD: number) => ({
  inputTokens: input,
  cacheReadInputTokens: read,
  cacheCreationInputTokens: written,
  outputTokens: output,
  costUSD,
});
const ends = (rest: object = {}) => ({
  type: 'result',
  subtype: 'success',
  is_error: false,
  duration_ms: 4_200,
  duration_api_ms: 4_000,
  ttft_ms: 900,
  num_turns: 2,
  result: 'Done.',
  total_cost_usd: 0.5,
  permission_denials: [],
  ...rest,
});

const tracked = (session_id: string, options = {}) =>
  trackQuery(query, store.emitter, { session_id, agent_id: 'coder', ...options });

async function read(messages: AsyncIterable<unknown>): Promise<number> {
  let count = 0;
  for await (const _message of messages) count += 1;
  return count;
}

describe('the query of the Claude Agent SDK', () => {
  test('is a run: messages once with their greatest counts, tools, and what only the result tells', async () => {
    const options = await planned('turn', [
      init,
      // One message in two parts. Its output count is that of its start.
      says('msg_1', counts(3, 1_000, 200, 2), [text]),
      says('msg_1', counts(3, 1_000, 200, 8), [uses('toolu_1', 'Bash'), uses('toolu_2', 'Read')]),
      result('toolu_1', true),
      result('toolu_2'),
      { type: 'system', subtype: 'api_retry', attempt: 1, error_status: 529, error: 'overloaded' },
      says('msg_2', counts(5, 1_200, 0, 1), [text]),
      ends({
        usage: counts(8, 2_200, 200, 150),
        modelUsage: {
          'claude-opus-4-6': used(8, 2_200, 200, 150, 0.45),
          'claude-haiku-4-5': used(400, 0, 0, 30, 0.05),
        },
      }),
    ]);
    const messages = tracked('turn', { user_id: 'ann' })({ prompt: 'Fix it.', options });
    expect(await read(messages)).toBe(8);
    const run = await store.run('turn');
    expect(run).toMatchObject({
      status: 'completed',
      agent_id: 'coder',
      user_id: 'ann',
      provider: 'anthropic',
      // Two messages, a failed attempt, and the calls of a model that no message reported.
      assistant_messages: 4,
      message_errors: 1,
      metered_messages: 3,
      input_tokens: 2_808,
      cached_tokens: 2_200,
      cache_write_tokens: 200,
      output_tokens: 180,
      tool_calls: 2,
      tool_errors: 1,
      run_time: 4.2,
    });
    expect(
      (await store.messages('turn')).map(({ model, total_tokens, error_text }) => [
        model,
        total_tokens,
        error_text,
      ]),
    ).toEqual([
      ['claude-opus-4-6', 1_211, null],
      [null, null, 'HTTP 529'],
      ['claude-opus-4-6', 1_347, null],
      ['claude-haiku-4-5', 430, null],
    ]);
    expect((await store.toolCalls('turn')).map(({ error_text }) => error_text)).toEqual([
      null,
      null,
    ]);
  });

  test('has subagents as runs below it', async () => {
    const sub = { parent_tool_use_id: 'toolu_agent', subagent_type: 'explorer' };
    const options = await planned('tree', [
      init,
      says('msg_1', counts(10, 0, 0, 5), [
        uses('toolu_agent', 'Task', { subagent_type: 'explorer' }),
      ]),
      says('msg_s', counts(20, 0, 0, 1), [uses('toolu_s', 'Grep')], sub),
      { ...result('toolu_s'), ...sub },
      says('msg_t', counts(30, 0, 0, 1), [text], sub),
      result('toolu_agent'),
      says('msg_2', counts(15, 0, 0, 7), [text]),
      ends({
        usage: counts(25, 0, 0, 12),
        modelUsage: { 'claude-opus-4-6[1m]': used(75, 0, 0, 54, 0.5) },
      }),
    ]);
    await read(tracked('tree')({ prompt: 'Look around.', options }));
    const root = (await store.runs('tree')).find(({ agent_id }) => agent_id === 'coder');
    if (root === undefined) throw new Error('Expected a root');
    const tree = await store.tree(root);
    expect(tree.self).toMatchObject({ input_tokens: 25, output_tokens: 12, tool_calls: 1 });
    expect(tree.subtree).toMatchObject({ input_tokens: 75, output_tokens: 54, tool_calls: 2 });
    expect(tree.children.map(({ run }) => [run.agent_name, run.status, run.output_tokens])).toEqual(
      [['explorer', 'completed', 42]],
    );
  });

  test('counts each turn of a longer session by itself', async () => {
    const usage = counts(10, 0, 0, 5);
    const totals = (turns: number) => ({
      total_cost_usd: 0.25 * turns,
      usage,
      modelUsage: { 'claude-opus-4-6': used(10 * turns, 0, 0, 5 * turns, 0.25 * turns) },
    });
    const options = await planned(
      'turns',
      [init, says('msg_1', usage, [text]), ends(totals(1))],
      [says('msg_2', usage, [text]), ends(totals(2))],
    );
    let next: (() => void) | undefined;
    async function* prompts(): AsyncGenerator<SDKUserMessage> {
      for (const content of ['First.', 'Second.']) {
        yield { type: 'user', message: { role: 'user', content }, parent_tool_use_id: null };
        await new Promise<void>((resolve) => {
          next = resolve;
        });
      }
    }
    const messages = tracked('turns')({ prompt: prompts(), options });
    for await (const { type } of messages) if (type === 'result') next?.();
    const runs = await store.runs('turns');
    expect(runs.map((run) => [run.status, run.total_tokens, run.assistant_messages])).toEqual([
      ['completed', 15, 1],
      ['completed', 15, 1],
    ]);
  });

  test('is cancelled when it is interrupted, or left', async () => {
    const usage = counts(10, 0, 0, 5);
    const failed = ends({ subtype: 'error_during_execution', is_error: true, usage, errors: [] });
    const turn = [init, says('msg_1', usage, [uses('toolu_1', 'Bash')]), { type: 'hold' }, failed];
    const messages = tracked('interrupt')({
      prompt: 'Wait.',
      options: await planned('interrupt', turn),
    });
    for await (const { type } of messages) if (type === 'assistant') await messages.interrupt();
    expect(await store.run('interrupt')).toMatchObject({
      status: 'cancelled',
      total_tokens: 15,
      tool_calls: 1,
      tool_errors: 1,
    });
    for await (const { type } of tracked('leave')({
      prompt: 'Wait.',
      options: await planned('leave', turn),
    })) {
      if (type === 'assistant') break;
    }
    expect(await store.run('leave')).toMatchObject({ status: 'cancelled', total_tokens: 15 });
    const options = await planned('fails', [init, says('msg_1', usage, [text]), failed]);
    await read(tracked('fails')({ prompt: 'Fail.', options })).catch(() => undefined);
    expect(await store.run('fails')).toMatchObject({ status: 'error', total_tokens: 15 });
  });

  test('with partial messages has the time to the first token and counts as they come', async () => {
    const event = (event: object) => ({ type: 'stream_event', parent_tool_use_id: null, event });
    const model = 'claude-opus-4-6';
    const options = await planned('partial', [
      init,
      event({ type: 'message_start', message: { id: 'msg_1', model, usage: counts(10, 0, 0, 1) } }),
      event({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Sun' } }),
      says('msg_1', counts(10, 0, 0, 1), [text]),
      event({ type: 'message_delta', delta: {}, usage: { output_tokens: 40 } }),
      ends(),
    ]);
    await read(
      tracked('partial')({
        prompt: 'Hello.',
        options: { ...options, includePartialMessages: true },
      }),
    );
    const [message, ...others] = await store.messages('partial');
    expect(others).toEqual([]);
    expect(message).toMatchObject({ total_tokens: 50 });
    expect(message?.time_to_first_token).toBeGreaterThan(0);
  });

  test('goes on when nothing can be recorded', async () => {
    const errors: Error[] = [];
    const emitter = {
      emit() {
        throw new Error('away');
      },
    };
    const options = await planned('away', [
      init,
      says('msg_1', counts(1, 0, 0, 1), [text]),
      ends(),
    ]);
    const tracked = trackQuery(query, emitter, { on_error: (error) => errors.push(error) });
    expect(await read(tracked({ prompt: 'Hello.', options }))).toBe(3);
    expect(errors.map(({ message }) => message)).toEqual(['away']);
  });
});
