import { expect, test } from 'vitest';
import { parseEvent } from '#runfold/events/check/parse-event.js';
import type { MetricEvent } from '#runfold/events/metric-event.js';
import { createRun } from '#runfold/ingest/run.js';

function openEmit() {
  const events: MetricEvent[] = [];
  const emit = (given: object) => {
    const id = `event-${events.length}`;
    const parsed = parseEvent({ id, occurred_at: new Date(), ...given });
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
    events.push(parsed.event);
    return id;
  };
  return { events, emit };
}

test('a run gives its attributes and a place to each of its events', () => {
  const { events, emit } = openEmit();
  const who = { session_id: 's', user_id: 'ann', agent_id: 'helper', team_id: 't' };
  const run = createRun(emit, { run_id: 'r', ...who });
  expect(run.message({ role: 'user' })).toBe('event-0');
  run.message({ model: 'a-model', metrics: { output_tokens: 3 } });
  run.toolCall({ tool_name: 'search', error: true });
  expect(run.end()).toBe('event-3');
  expect(events.map(({ occurred_at: _, metrics: __, ...event }) => event)).toEqual([
    { id: 'event-0', run_id: 'r', ...who, sequence: 0, type: 'message', role: 'user' },
    {
      id: 'event-1',
      run_id: 'r',
      ...who,
      sequence: 1,
      type: 'message',
      role: 'assistant',
      model: 'a-model',
    },
    {
      id: 'event-2',
      run_id: 'r',
      ...who,
      sequence: 2,
      type: 'tool_call',
      tool_name: 'search',
      error: true,
    },
    { id: 'event-3', run_id: 'r', ...who, sequence: 3, type: 'run', status: 'completed' },
  ]);
  expect(events[3]?.metrics?.time).toBeGreaterThanOrEqual(0);
});

test('a run makes the ids that it is not given, and an event may say otherwise of itself', () => {
  const { events, emit } = openEmit();
  const run = createRun(emit);
  expect(run.run_id).toMatch(/^[0-9a-f-]{36}$/);
  expect(run.session_id).toBe(run.run_id);
  run.message({ id: 'own', agent_id: 'other', sequence: 9 });
  expect(events[0]).toMatchObject({ run_id: run.run_id, agent_id: 'other', sequence: 9 });
  expect(createRun(emit).run_id).not.toBe(run.run_id);
});

test('a run ends once, with its time unless another is given, and a paused one goes on', () => {
  const { events, emit } = openEmit();
  const run = createRun(emit, { run_id: 'r' });
  run.end({ status: 'paused', metrics: { time: 0.5 } });
  const end = run.end({ status: 'error', metrics: { time: 2 } });
  expect(run.end()).toBe(end);
  expect(events).toMatchObject([
    { status: 'paused', metrics: { time: 0.5 } },
    { status: 'error', metrics: { time: 2 } },
  ]);
});

test('a child is a run of the same session and user, with an agent of its own', () => {
  const { events, emit } = openEmit();
  const parent = createRun(emit, {
    run_id: 'p',
    session_id: 's',
    user_id: 'ann',
    agent_id: 'boss',
    team_id: 't',
    model: 'm',
  });
  const child = parent.child({ agent_id: 'helper' });
  child.message();
  child.child({ run_id: 'grandchild', user_id: 'bob' }).end();
  expect(events[0]).toMatchObject({
    session_id: 's',
    user_id: 'ann',
    team_id: 't',
    agent_id: 'helper',
    parent_run_id: 'p',
    sequence: 0,
  });
  expect(events[0]).not.toHaveProperty('model');
  expect(events[1]).toMatchObject({
    run_id: 'grandchild',
    user_id: 'bob',
    parent_run_id: child.run_id,
  });
  expect(events[1]).not.toHaveProperty('agent_id');
});

test('events carry the labels of their run and its parents, and their own before those', () => {
  const { events, emit } = openEmit();
  const run = createRun(emit, { run_id: 'r', labels: { customer: 'acme', feature: 'chat' } });
  run.message();
  run.toolCall({ tool_name: 'search', labels: { feature: 'search', release: '1.2' } });
  run.child({ labels: { feature: 'summary' } }).message();
  run.child().end({ labels: { customer: undefined } });
  createRun(emit).message();
  expect(events.map(({ labels }) => labels)).toEqual([
    { customer: 'acme', feature: 'chat' },
    { customer: 'acme', feature: 'search', release: '1.2' },
    { customer: 'acme', feature: 'summary' },
    { feature: 'chat' },
    undefined,
  ]);
});
