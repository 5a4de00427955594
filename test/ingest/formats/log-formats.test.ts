import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Draft } from '#runfold/ingest/formats/log/log-format.js';
import { InvalidRecordError } from '#runfold/ingest/formats/log/log-record.js';
import { logFormats } from '#runfold/ingest/formats/log-formats.js';
import { logLines } from '#runfold/logs/files/log-lines.js';

/** What the reader of a format makes of a file: events in their order, or texts of faults. */
async function read(name: string, text: string, file?: string) {
  return (await readDrafts(name, text, file)).map((one) =>
    one instanceof Error ? one.message : one.event,
  );
}

/** The same with the keys of the events. */
async function readDrafts(name: string, text: string, file = 'folder/file.jsonl') {
  const format = logFormats.find((one) => one.name === name);
  if (format === undefined) throw new Error(`Expected a format ${name}.`);
  const reader = format.open({ name: file, recall: () => undefined });
  async function* bytes() {
    yield Buffer.from(text);
  }
  const found: (Draft | Error)[] = [];
  for await (const chunk of logLines(bytes(), format, {
    position: 0,
    line: 0,
    isSkipping: false,
  })) {
    for (const { record, fault } of chunk.lines) {
      if (fault !== undefined) found.push(fault);
      if (record === undefined) continue;
      for (const part of reader.parts?.(record) ?? [record]) {
        try {
          found.push(...reader.read(part));
        } catch (error) {
          if (!(error instanceof InvalidRecordError)) throw error;
          found.push(error);
        }
      }
    }
  }
  return [...found, ...reader.settle()];
}

const lines = (...records: readonly object[]) =>
  records.map((record) => `${JSON.stringify(record)}\n`).join('');

const claudeLine = (usage: object, message: object = {}) => ({
  type: 'assistant',
  sessionId: 's-1',
  uuid: 'u-1',
  timestamp: '2026-03-02T09:00:00.000Z',
  message: {
    id: 'msg_01AAAAAAAAAAAAAAAAAAAAA',
    model: 'claude-sonnet-4-6',
    content: [],
    stop_reason: 'end_turn',
    usage,
    ...message,
  },
});

describe('a session of Claude Code', () => {
  test('is read with spaces in its JSON, a byte order mark and Windows line breaks', async () => {
    const line = JSON.stringify(claudeLine({ input_tokens: 1, output_tokens: 2 }), null, 1);
    const text = `\ufeff${line.replaceAll('\n', '')}\r\n\r\n`;
    expect(await read('claude-code', text)).toMatchObject([
      { type: 'message', metrics: { input_tokens: 1, output_tokens: 2 } },
    ]);
  });

  test('has the figures of its last line, its last model, and what only a part of them tells', async () => {
    const begun = claudeLine({ input_tokens: 1, output_tokens: 2 }, { stop_reason: null });
    const fallback = claudeLine(
      { input_tokens: 1, output_tokens: 20 },
      { model: 'claude-haiku-4-5' },
    );
    expect(await read('claude-code', lines(begun, fallback))).toMatchObject([
      { model: 'claude-haiku-4-5', metrics: { output_tokens: 20 } },
    ]);
    const cache_creation = { ephemeral_5m_input_tokens: 10, ephemeral_1h_input_tokens: 20 };
    expect(
      await read(
        'claude-code',
        lines(claudeLine({ input_tokens: 1, output_tokens: 2, cache_creation })),
      ),
    ).toMatchObject([
      { metrics: { input_tokens: 31, cache_write_tokens: 30, cache_write_1h_tokens: 20 } },
    ]);
    expect(await read('claude-code', lines(claudeLine({ input_tokens: '1' })))).toEqual([
      'message.usage.input_tokens: expected an integer from 0 to 2147483647, got a string',
    ]);
  });

  test('goes on with a turn after its history was compacted', async () => {
    const user = (uuid: string, more: object = {}) => ({
      type: 'user',
      sessionId: 's-1',
      uuid,
      timestamp: '2026-03-02T09:00:00.000Z',
      message: { role: 'user', content: 'text' },
      ...more,
    });
    const usage = { input_tokens: 1, output_tokens: 2 };
    const other = { id: 'msg_01BBBBBBBBBBBBBBBBBBBBB' };
    const summary = { isCompactSummary: true, isVisibleInTranscriptOnly: true };
    expect(
      await read(
        'claude-code',
        lines(
          user('p-1'),
          claudeLine(usage),
          user('c-1', summary),
          claudeLine(usage, other),
          user('p-2'),
          claudeLine(usage, { id: 'msg_01CCCCCCCCCCCCCCCCCCCCC' }),
        ),
      ),
    ).toMatchObject([{ run_id: 'p-1' }, { run_id: 'p-1' }, { run_id: 'p-2' }]);
    // Nothing says which turn it was that a session goes on with.
    expect(
      await read('claude-code', lines(user('c-1', summary), claudeLine(usage, other))),
    ).toMatchObject([{ run_id: 'c-1' }]);
  });

  test('has the tool calls of messages whose usage is null, absent or zero', async () => {
    const content = [{ type: 'tool_use', id: 'toolu_1', name: 'Read', input: {} }];
    const answer = {
      type: 'user',
      sessionId: 's-1',
      uuid: 'u-2',
      timestamp: '2026-03-02T09:00:01.500Z',
      message: { content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: 'text' }] },
    };
    for (const usage of [null, undefined, { input_tokens: 0, output_tokens: 0 }]) {
      const asked = claudeLine({}, { content, usage });
      expect(await read('claude-code', lines(asked, answer))).toMatchObject([
        { type: 'tool_call', id: 'toolu_1', tool_name: 'Read', metrics: { time: 1.5 } },
      ]);
    }
    expect(await read('claude-code', lines(claudeLine({}, { usage: null })))).toEqual([]);
  });
});

describe('a fork of Codex', () => {
  const folder = join(
    import.meta.dirname,
    '../../logs/fixtures/codex-fork-replay/sessions/2026/03/25',
  );
  const [, fork = ''] = readdirSync(folder).sort();

  test('of a version without ids of turns has its own calls, and none of the lines it repeats', async () => {
    const text = readFileSync(join(folder, fork), 'utf8');
    const nameless = text.replaceAll(/"turn_id":"[^"]*",?/g, '').replaceAll(',}', '}');
    const calls = (found: readonly unknown[]) =>
      (found as { type: string; id: string; metrics: unknown }[])
        .filter(({ type }) => type === 'message')
        .map(({ id, metrics }) => ({ id, metrics }));
    const own = calls(await read('codex', nameless, fork));
    expect(own).toHaveLength(1);
    expect(own).toEqual(calls(await read('codex', text, fork)));
  });
});

describe('a response of an API', () => {
  const completion = (usage: object) => ({
    id: 'c-1',
    object: 'chat.completion',
    created: 1_772_000_000,
    model: 'grok-4',
    choices: [],
    usage,
  });

  test('of xAI has its reasoning in its output, also through LiteLLM', async () => {
    const completion_tokens_details = { reasoning_tokens: 94 };
    const beside = { prompt_tokens: 32, completion_tokens: 9, total_tokens: 135 };
    const inside = { prompt_tokens: 32, completion_tokens: 103, total_tokens: 135 };
    const figures = { input_tokens: 32, output_tokens: 103, reasoning_tokens: 94 };
    for (const usage of [beside, inside]) {
      const body = completion({ ...usage, completion_tokens_details });
      expect(await read('api-responses', lines(body))).toMatchObject([{ metrics: figures }]);
      const row = {
        id: 'l-1',
        endTime: 1_772_000_000,
        ...usage,
        metadata: { usage_object: { completion_tokens_details } },
      };
      expect(await read('litellm', lines(row))).toMatchObject([{ metrics: figures }]);
    }
    // Little reasoning that fits into the output, and no total: nothing says that it is beside it.
    const unknown = { prompt_tokens: 32, completion_tokens: 100, completion_tokens_details };
    expect(await read('api-responses', lines(completion(unknown)))).toMatchObject([
      { metrics: { output_tokens: 100 } },
    ]);
  });

  test('of Vertex AI has the time of its creation', async () => {
    const body = {
      responseId: 'r-1',
      createTime: '2026-01-01T00:00:00.5Z',
      modelVersion: 'gemini-2.5-pro',
      candidates: [],
      usageMetadata: { promptTokenCount: 10, candidatesTokenCount: 3, thoughtsTokenCount: 7 },
    };
    expect(await read('api-responses', lines(body))).toMatchObject([
      { id: 'r-1', occurred_at: '2026-01-01T00:00:00.500Z', metrics: { output_tokens: 10 } },
    ]);
  });

  test('is read from a last line without a line break, if it is whole', async () => {
    const whole = lines(completion({ prompt_tokens: 1 })).trim();
    expect(await read('api-responses', whole)).toMatchObject([{ metrics: { input_tokens: 1 } }]);
    expect(await read('api-responses', whole.slice(0, -1))).toEqual([]);
    expect(await read('api-responses', `${whole}\n17`)).toHaveLength(1);
  });
});

describe('a row of LiteLLM', () => {
  const row = (more: object) => ({
    id: 'l-1',
    startTime: '2026-01-01 10:00:00.5',
    endTime: '2026-01-01 10:00:02+00:00',
    prompt_tokens: 10,
    completion_tokens: 5,
    spend: 0.01,
    ...more,
  });

  test('has times with a space, and without a zone in UTC', async () => {
    expect(await read('litellm', lines(row({ metadata: 'null' })))).toMatchObject([
      { occurred_at: '2026-01-01T10:00:02.000Z', metrics: { time: 1.5, cost: 0.01 } },
    ]);
  });

  test('of an older version failed where its metadata says so', async () => {
    const metadata = { status: 'failure', error_information: { error_class: 'RateLimitError' } };
    const failed = row({ prompt_tokens: 0, completion_tokens: 0, spend: 0, metadata });
    expect(await read('litellm', lines(failed))).toMatchObject([
      { type: 'message', error: 'RateLimitError', metrics: { time: 1.5 } },
      { type: 'run', status: 'error' },
    ]);
  });
});

describe('a chat of Gemini CLI', () => {
  test('as a document has its messages, and its tool calls once they ended', async () => {
    const message = (id: string, more: object = {}) => ({
      id,
      type: 'gemini',
      timestamp: '2026-01-01T10:00:00Z',
      model: 'gemini-2.5-pro',
      tokens: { input: 10, output: 5, cached: 2, thoughts: 3, tool: 1 },
      ...more,
    });
    const toolCalls = [
      { id: 't-1', name: 'ls', status: 'executing' },
      { id: 't-2', name: 'ls', status: 'success', timestamp: '2026-01-01T10:00:01Z' },
      { id: 't-3', name: 'ls', status: 'cancelled' },
    ];
    const user = { id: 'u-1', type: 'user', content: 'hello' };
    const messages = [
      user,
      message('g-1'),
      message('g-2', { toolCalls }),
      message('g-3', { tokens: null }),
    ];
    const found = await read('gemini-cli', lines({ sessionId: 's', messages }), 'a/session-1.json');
    const metrics = { input_tokens: 11, output_tokens: 8, cached_tokens: 2, reasoning_tokens: 3 };
    expect(found).toMatchObject([
      { id: 'g-1', session_id: 's', run_id: 'u-1', metrics },
      { id: 'g-2', metrics },
      { id: 't-2', error: false, occurred_at: '2026-01-01T10:00:01.000Z' },
      { id: 't-3', error: true },
    ]);
  });

  test('has the tool calls of a message without tokens, which then gets those of the next answer', async () => {
    const toolCalls = [
      { id: 't-1', name: 'ls', status: 'success', timestamp: '2026-01-01T10:00:01Z' },
    ];
    const called = { id: 'g-1', type: 'gemini', timestamp: '2026-01-01T10:00:00Z', toolCalls };
    const tokens = { input: 10, output: 5, cached: 2, thoughts: 3, tool: 1 };
    expect(
      await read(
        'gemini-cli',
        lines(
          { sessionId: 's', projectHash: 'h' },
          { id: 'w-1', type: 'warning', timestamp: '2026-01-01T10:00:00Z', content: 'text' },
          called,
          { ...called, tokens },
        ),
      ),
    ).toMatchObject([
      { type: 'tool_call', id: 't-1', session_id: 's' },
      { type: 'message', id: 'g-1', metrics: { input_tokens: 11 } },
      { type: 'tool_call', id: 't-1' },
    ]);
  });

  test('with an invalid message has all others', async () => {
    const message = (id: string, input: number) => ({
      id,
      type: 'gemini',
      timestamp: '2026-01-01T10:00:00Z',
      tokens: { input, output: 5 },
    });
    const messages = [message('g-1', 10), message('g-2', -1), message('g-3', 30)];
    for (const record of [{ sessionId: 's', messages }, { $set: { messages } }]) {
      expect(await read('gemini-cli', lines(record))).toMatchObject([
        { id: 'g-1', metrics: { input_tokens: 10 } },
        'tokens.input: expected an integer from 0 to 2147483647, got -1',
        { id: 'g-3', metrics: { input_tokens: 30 } },
      ]);
    }
  });
});

describe('a session of Copilot CLI', () => {
  test('of an older version has the differences of its totals, and whole ones after a reset', async () => {
    const shutdown = (inputTokens: number, outputTokens: number) => ({
      type: 'session.shutdown',
      timestamp: '2026-01-01T10:00:00.000Z',
      data: { modelMetrics: { 'gpt-5': { usage: { inputTokens, outputTokens } } } },
    });
    const found = await read(
      'copilot-cli',
      lines(
        { type: 'session.start', data: { sessionId: 's' } },
        shutdown(10, 5),
        shutdown(15, 6),
        shutdown(15, 6),
        shutdown(3, 1),
      ),
    );
    expect((found as { metrics: unknown }[]).map(({ metrics }) => metrics)).toEqual([
      { input_tokens: 10, output_tokens: 5 },
      { input_tokens: 5, output_tokens: 1 },
      { input_tokens: 3, output_tokens: 1 },
    ]);
  });

  const line = (type: string, data: object, more: object = {}) => ({
    type,
    data,
    id: `e-${type}`,
    timestamp: '2026-01-01T10:00:00.000Z',
    ...more,
  });

  test('counts on where a client joins a session that still runs', async () => {
    const shutdown = (inputTokens: number) =>
      line('session.shutdown', { modelMetrics: { 'gpt-5': { usage: { inputTokens } } } });
    const resumed = async (sessionWasActive: boolean) =>
      read(
        'copilot-cli',
        lines(
          line('session.start', { sessionId: 's' }),
          shutdown(10),
          line('session.resume', { sessionId: 's', sessionWasActive }),
          shutdown(15),
        ),
      );
    expect(await resumed(true)).toMatchObject([
      { metrics: { input_tokens: 10 } },
      { metrics: { input_tokens: 5 } },
    ]);
    expect(await resumed(false)).toMatchObject([
      { metrics: { input_tokens: 10 } },
      { metrics: { input_tokens: 15 } },
    ]);
  });

  test('has its subagents as runs below the turn that started them', async () => {
    const ofAgent = { agentId: 'explore-1' };
    const usage = { model: 'gpt-5', inputTokens: 10, outputTokens: 5, apiCallId: 'call-1' };
    const found = await read(
      'copilot-cli',
      lines(
        line('session.start', { sessionId: 's' }),
        line('user.message', { interactionId: 'turn-1' }),
        line('subagent.started', { agentName: 'explore', toolCallId: 't-0' }, ofAgent),
        line('user.message', { interactionId: 'inner' }, ofAgent),
        line('user.message', { interactionId: 'turn-2' }),
        line('session.usage_record', { usage }, ofAgent),
        line('tool.execution_start', { toolCallId: 't-1', toolName: 'grep' }, ofAgent),
        line('tool.execution_complete', { toolCallId: 't-1', success: true }, ofAgent),
        line('session.usage_record', { usage: { ...usage, apiCallId: 'call-2' } }),
      ),
    );
    const below = { run_id: 'explore-1', parent_run_id: 'turn-1', agent_id: 'explore' };
    expect(found).toMatchObject([
      { type: 'message', id: 'call-1', ...below },
      { type: 'tool_call', id: 't-1', ...below },
      { type: 'message', id: 'call-2', run_id: 'turn-2', agent_id: 'copilot-cli' },
    ]);
    expect(found[2]).not.toHaveProperty('parent_run_id');
  });

  test('has the same keys in a fork, which repeats its lines in another session', async () => {
    const text = (sessionId: string) =>
      lines(
        line('session.start', { sessionId }),
        line('tool.execution_start', { toolCallId: 't-1', toolName: 'grep' }),
        line('tool.execution_complete', { toolCallId: 't-1', success: true }),
        line('session.shutdown', { modelMetrics: { 'gpt-5': { usage: { inputTokens: 10 } } } }),
      );
    const keys = async (session: string) =>
      (await readDrafts('copilot-cli', text(session))).map((one) =>
        one instanceof Error ? one : [one.key, one.event.id],
      );
    expect(await keys('s')).toEqual([
      ['e-tool.execution_complete', 't-1'],
      ['e-session.shutdown shutdown/1/gpt-5', 'shutdown/1/gpt-5'],
    ]);
    expect(await keys('fork')).toEqual(await keys('s'));
  });
});

describe('the output of OpenCode', () => {
  test('counts the cache into the input, and reasoning into the output', async () => {
    const step = {
      sessionID: 's',
      timestamp: 1_772_000_000_000,
      part: {
        id: 'p-1',
        type: 'step-finish',
        tokens: { input: 5, output: 2, reasoning: 3, cache: { read: 7, write: 1 } },
        cost: 0.5,
      },
    };
    const failed = {
      sessionID: 's',
      timestamp: 1_772_000_001_000,
      part: { type: 'tool', callID: 'c-1', tool: 'bash', state: { status: 'error' } },
    };
    expect(
      await read('opencode', lines(step, failed, { sessionID: 's', error: {} })),
    ).toMatchObject([
      {
        metrics: {
          input_tokens: 13,
          cached_tokens: 7,
          cache_write_tokens: 1,
          output_tokens: 5,
          reasoning_tokens: 3,
          cost: 0.5,
        },
      },
      { type: 'tool_call', tool_name: 'bash', error: true },
    ]);
  });

  const finish = (id: string, tokens: object, cost = 0.5) => ({
    id,
    type: 'step-finish',
    tokens,
    cost,
  });
  const cache = { read: 7, write: 1 };

  test('of versions before April 2026 has reasoning within the output, and no cost, which had it twice', async () => {
    const step = (tokens: object) => ({
      sessionID: 's',
      timestamp: 1_772_000_000_000,
      part: finish('p-1', { input: 5, output: 20, reasoning: 12, cache, ...tokens }),
    });
    const outputs = async (tokens: object) =>
      (await read('opencode', lines(step(tokens)))).map((event) =>
        typeof event === 'string' ? event : event.metrics,
      );
    // The total says which: 13 of input and 20 of output, or 12 more.
    expect(await outputs({ total: 33 })).toEqual([
      expect.objectContaining({ output_tokens: 20, reasoning_tokens: 12 }),
    ]);
    expect((await outputs({ total: 33 }))[0]).not.toHaveProperty('cost');
    expect(await outputs({ total: 45 })).toEqual([
      expect.objectContaining({ output_tokens: 32, reasoning_tokens: 12, cost: 0.5 }),
    ]);
    expect(await outputs({})).toEqual([expect.objectContaining({ output_tokens: 20 })]);
    expect(await outputs({ output: 3 })).toEqual([expect.objectContaining({ output_tokens: 15 })]);
    expect(await outputs({ total: 33, reasoning: 0 })).toEqual([
      expect.objectContaining({ output_tokens: 20, cost: 0.5 }),
    ]);
  });

  const exported = (session: string, created: number, messages: readonly object[]) =>
    lines({ info: { id: session, time: { created } }, messages });
  const assistant = (sessionID: string, created: number, parts: readonly object[], more = {}) => ({
    info: {
      role: 'assistant',
      sessionID,
      modelID: 'gpt-5',
      providerID: 'openai',
      time: { created, completed: created + 90_000 },
      ...more,
    },
    parts,
  });
  const tokens = { total: 40, input: 5, output: 20, reasoning: 7, cache };
  const tool = {
    type: 'tool',
    callID: 'c-1',
    tool: 'bash',
    state: { status: 'completed', time: { start: 1_772_000_001_000, end: 1_772_000_002_000 } },
  };

  test('as an export has each step at the time of its message, and no price of 0', async () => {
    const began = 1_772_000_000_000;
    const messages = [
      { info: { role: 'user', sessionID: 's', time: { created: began } }, parts: [] },
      assistant('s', began + 1, [finish('p-1', tokens), tool, finish('p-2', tokens, 0)]),
      assistant('s', began + 2, [finish('p-3', { ...tokens, input: -1 })]),
      assistant('s', began + 3, [finish('p-4', tokens)]),
    ];
    expect(await read('opencode', exported('s', began, messages), 'export.json')).toEqual([
      expect.objectContaining({
        id: 'p-1',
        session_id: 's',
        model: 'gpt-5',
        provider: 'openai',
        occurred_at: '2026-02-25T06:13:20.001Z',
        metrics: expect.objectContaining({ input_tokens: 13, output_tokens: 27, cost: 0.5 }),
      }),
      expect.objectContaining({ type: 'tool_call', id: 'c-1', metrics: { time: 1 } }),
      expect.objectContaining({
        id: 'p-2',
        metrics: {
          input_tokens: 13,
          cached_tokens: 7,
          cache_write_tokens: 1,
          output_tokens: 27,
          reasoning_tokens: 7,
        },
      }),
      'messages.parts.tokens.input: expected an integer from 0 to 2147483647, got -1',
      expect.objectContaining({ id: 'p-4' }),
    ]);
  });

  test('as the export of a fork has only what came after the fork', async () => {
    const forked = 1_772_000_000_000;
    const messages = [
      assistant('fork', forked - 1, [finish('p-1', tokens), tool]),
      assistant('fork', forked + 1, [finish('p-2', tokens)]),
    ];
    expect(await read('opencode', exported('fork', forked, messages))).toMatchObject([
      { id: 'p-2' },
    ]);
  });
});
