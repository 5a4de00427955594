import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseEvent } from '#runfold/events/check/parse-event.js';
import type { MetricEventInput } from '#runfold/events/metric-event.js';
import { InvalidAgnoRunError } from '#runfold/ingest/formats/agno/agno-record.js';
import { fromAgnoRun } from '#runfold/ingest/formats/agno/from-agno-run.js';

const responses: unknown[] = readFileSync(
  new URL('../../golden/agno-1.8.4-session.ndjson', import.meta.url),
  'utf8',
)
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line));
const run = (n: number) => `00000000-0000-0000-0000-00000000000${n}`;

/** Events in wire format, without undefined values. */
const sent = (events: readonly MetricEventInput[]): Record<string, unknown>[] =>
  JSON.parse(JSON.stringify(events));
const ofType = (events: readonly Record<string, unknown>[], type: string) =>
  events.filter((event) => event.type === type);

const at = 1_750_000_000;
const assistant = { role: 'assistant', created_at: at, metrics: { input_tokens: 1 } };

describe('a run of Agno 1.8', () => {
  test('becomes events of the vocabulary, each with an id of its own', () => {
    for (const response of responses) {
      const events = fromAgnoRun(response);
      expect(sent(events).map(parseEvent)).toEqual(
        events.map(() => expect.objectContaining({ ok: true })),
      );
      expect(new Set(events.map((event) => event.id)).size).toBe(events.length);
    }
  });

  test('has one event a message, a tool call and an end, in that order', () => {
    const events = sent(fromAgnoRun(responses[0], { user_id: 'user-1' }));
    expect(events.map((event) => event.id)).toEqual([
      `${run(1)}/message/0`,
      `${run(1)}/message/1`,
      `${run(1)}/message/4`,
      `${run(1)}/tool_call/call_1`,
      `${run(1)}/tool_call/call_2`,
      `${run(1)}/run`,
    ]);
    const common = {
      run_id: run(1),
      session_id: 'sess-1',
      agent_id: 'agent-1',
      agent_name: 'Golden',
      user_id: 'user-1',
      model: 'model-a',
      provider: 'ProvA',
    };
    expect(events[0]).toEqual({
      ...common,
      type: 'message',
      id: `${run(1)}/message/0`,
      role: 'user',
      sequence: 0,
      occurred_at: '2025-06-15T15:06:40.000Z',
    });
    expect(events[3]).toEqual({
      ...common,
      type: 'tool_call',
      id: `${run(1)}/tool_call/call_1`,
      tool_name: 'fast_tool',
      tool_call_id: 'call_1',
      error: false,
      sequence: 2,
      occurred_at: '2025-06-15T15:06:41.000Z',
      metrics: { time: 0.25 },
    });
    expect(events[5]).toEqual({
      ...common,
      type: 'run',
      id: `${run(1)}/run`,
      status: 'completed',
      sequence: 5,
      // The last message's time; the response's own is wrong in this version.
      occurred_at: '2025-06-15T15:06:43.000Z',
    });
  });

  test('reports absent token counts of the assistant as 0, and nothing else that is absent', () => {
    const [, , answer] = ofType(sent(fromAgnoRun(responses[2])), 'message');
    expect(answer?.metrics).toEqual({
      input_tokens: 0,
      output_tokens: 0,
      total_tokens: 0,
      prompt_tokens: 0,
      completion_tokens: 0,
      audio_tokens: 0,
      input_audio_tokens: 0,
      output_audio_tokens: 0,
      cached_tokens: 0,
      cache_write_tokens: 0,
      reasoning_tokens: 0,
      time: 0.25,
    });
  });

  test('leaves out what was replayed from history', () => {
    expect(sent(fromAgnoRun(responses[3])).map((event) => event.id)).toEqual([
      `${run(4)}/message/0`,
      `${run(4)}/message/1`,
      `${run(4)}/run`,
    ]);
  });

  test('tells a call that failed from one that was never made', () => {
    const calls = ofType(sent(fromAgnoRun(responses[2])), 'tool_call');
    expect(calls).toMatchObject([
      { tool_call_id: 'call_4', tool_name: 'no_such_tool', error: 'not executed', sequence: 2 },
      { tool_call_id: 'call_3', tool_name: 'bad_tool', error: true, metrics: { time: 0.5 } },
    ]);
    expect(calls[0]).not.toHaveProperty('metrics');
  });
});

describe('a tool call', () => {
  const calls = (response: object) =>
    ofType(sent(fromAgnoRun({ run_id: 'r', session_id: 's', ...response })), 'tool_call');

  test('that only the list of tools has counts once, at the end of the run', () => {
    const tool = { tool_call_id: 'c', tool_name: 't', tool_call_error: true, metrics: { time: 2 } };
    expect(calls({ messages: [assistant], tools: [tool] })).toMatchObject([
      {
        id: 'r/tool_call/c',
        error: true,
        metrics: { time: 2 },
        occurred_at: '2025-06-15T15:06:40.000Z',
      },
    ]);
  });

  test('that waits for a person has not been made yet', () => {
    const tool = { tool_call_id: 'c', tool_name: 't', requires_confirmation: true, result: null };
    expect(calls({ status: 'PAUSED', messages: [assistant], tools: [tool] })).toEqual([]);
    const made = { ...tool, result: 'done', confirmed: true };
    expect(calls({ messages: [assistant], tools: [made] })).toHaveLength(1);
  });

  test('of many in one message, as with Gemini, counts by itself, joined by name', () => {
    const combined = {
      role: 'tool',
      created_at: at,
      metrics: { time: 3 },
      tool_calls: [
        { tool_name: 'a', content: '1' },
        { tool_name: 'a', content: '2' },
        { tool_name: 'b', content: '3' },
      ],
    };
    const tools = [
      { tool_call_id: 'x', tool_name: 'a', metrics: { time: 1 } },
      { tool_call_id: 'y', tool_name: 'a', metrics: { time: 2 } },
    ];
    const made = calls({ messages: [{ ...assistant, role: 'model' }, combined], tools });
    expect(made.map((call) => call.id)).toEqual([
      'r/tool_call/x',
      'r/tool_call/y',
      'r/tool_call/at/1',
    ]);
    expect(made.map((call) => call.metrics)).toEqual([{ time: 1 }, { time: 2 }, undefined]);
    expect(made.map((call) => call.error)).toEqual([undefined, undefined, undefined]);
  });

  test('whose id the model used before in the run is another call', () => {
    const answer = { role: 'tool', tool_call_id: 'call_0', tool_name: 't', created_at: at };
    const made = calls({ messages: [answer, answer], tools: [] });
    expect(made.map((call) => call.id)).toEqual(['r/tool_call/call_0', 'r/tool_call/call_0#2']);
  });
});

describe('a run', () => {
  test.each([
    ['COMPLETED', 'completed'],
    ['RUNNING', 'completed'],
    ['PAUSED', 'paused'],
    ['CANCELLED', 'cancelled'],
    ['ERROR', 'error'],
    [undefined, undefined],
  ])('of status %s ends as %s', (status, expected) => {
    const [end] = ofType(sent(fromAgnoRun({ run_id: 'r', status })), 'run');
    expect(end?.status).toBe(expected);
  });

  test('that was paused may still end', () => {
    const idOf = (status: string) => fromAgnoRun({ run_id: 'r', status }).at(-1)?.id;
    expect(idOf('PAUSED')).not.toBe(idOf('COMPLETED'));
  });

  test('with an id so long that its events would have none gives them short ones', () => {
    const events = fromAgnoRun({ run_id: 'r'.repeat(198), messages: [assistant] });
    expect(sent(events).map(parseEvent)).toEqual(
      events.map(() => expect.objectContaining({ ok: true })),
    );
    expect(new Set(events.map((event) => event.id)).size).toBe(2);
  });

  test('of a team is followed by its members, who know their parent, session and user', () => {
    const member = (run_id: string, more: object = {}) => ({
      run_id,
      agent_id: `a-${run_id}`,
      messages: [assistant],
      ...more,
    });
    const events = sent(
      fromAgnoRun(
        {
          run_id: 'lead',
          session_id: 's',
          team_id: 'team',
          messages: [assistant],
          member_responses: [
            member('one', { member_responses: [member('three')] }),
            member('two', { session_id: 's-2', parent_run_id: 'other' }),
          ],
        },
        { user_id: 'u' },
      ),
    );
    const ends = ofType(events, 'run');
    expect(ends).toMatchObject([
      { run_id: 'lead', session_id: 's', team_id: 'team', user_id: 'u' },
      { run_id: 'one', session_id: 's', parent_run_id: 'lead', agent_id: 'a-one', user_id: 'u' },
      { run_id: 'three', session_id: 's', parent_run_id: 'one', user_id: 'u' },
      { run_id: 'two', session_id: 's-2', parent_run_id: 'other', user_id: 'u' },
    ]);
    expect(ends[0]).not.toHaveProperty('parent_run_id');
    expect(ends[1]).not.toHaveProperty('team_id');
  });

  test('of Agno 2 is read under its own names', () => {
    const events = sent(
      fromAgnoRun({
        run_id: 'r',
        session_id: 's',
        user_id: 'u',
        status: 'COMPLETED',
        metrics: { input_tokens: 5, duration: 2.5 },
        messages: [
          {
            role: 'assistant',
            created_at: at,
            metrics: {
              input_tokens: 5,
              cache_read_tokens: 4,
              audio_input_tokens: 3,
              duration: 1.25,
              cost: 0.001,
            },
          },
        ],
      }),
    );
    expect(events[0]).toMatchObject({
      user_id: 'u',
      metrics: {
        input_tokens: 5,
        cached_tokens: 4,
        input_audio_tokens: 3,
        time: 1.25,
        cost: 0.001,
      },
    });
    expect(events[1]).toMatchObject({ type: 'run', metrics: { time: 2.5 } });
  });
});

describe('what is no run of Agno is refused with the field, what was expected and what came', () => {
  const deep = (levels: number): object =>
    levels === 0 ? { run_id: 'r' } : { run_id: 'r', member_responses: [deep(levels - 1)] };

  test.each([
    [null, 'run response: Expected an object, got null.'],
    [[], 'run response: Expected an object, got an array of 0.'],
    [{}, 'run_id: Expected a string, got nothing.'],
    [{ run_id: 7 }, 'run_id: Expected a string, got 7.'],
    [
      { run_id: 'r', messages: {} },
      'messages: Expected a list of objects, got an object with no keys.',
    ],
    [{ run_id: 'r', messages: ['hi'] }, 'messages[0]: Expected an object, got "hi".'],
    [
      { run_id: 'r', messages: [{ role: 'robot' }] },
      'messages[0].role: Expected one of assistant, model, user, system, developer, tool, got "robot".',
    ],
    [
      { run_id: 'r', messages: [{ ...assistant, metrics: { input_tokens: 'many' } }] },
      'messages[0].metrics.input_tokens: Expected a number, got "many".',
    ],
    [
      { run_id: 'r', messages: [{ role: 'user', created_at: at * 1_000_000 }] },
      'messages[0].created_at: Expected a time in Unix seconds, got 1750000000000000.',
    ],
    [
      { run_id: 'r', status: 'PENDING' },
      'status: Expected one of COMPLETED, RUNNING, REGENERATED, PAUSED, CANCELLED, ERROR, got "PENDING".',
    ],
    [
      { run_id: 'r', member_responses: [{ agent_id: 'a' }] },
      'member_responses[0].run_id: Expected a string, got nothing.',
    ],
  ])('%j', (response, message) => {
    expect(() => fromAgnoRun(response)).toThrow(InvalidAgnoRunError);
    expect(() => fromAgnoRun(response)).toThrow(message);
  });

  test('teams nested without end', () => {
    expect(() => fromAgnoRun(deep(40))).toThrow(
      'Expected at most 32 teams within teams, got more.',
    );
    expect(fromAgnoRun(deep(32))).toHaveLength(33);
  });
});
