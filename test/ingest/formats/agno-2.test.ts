import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { MetricEventInput } from '#runfold/events/metric-event.js';
import { fromAgnoRow } from '#runfold/ingest/formats/agno/from-agno-row.js';
import { fromAgnoRun } from '#runfold/ingest/formats/agno/from-agno-run.js';

interface GoldenRun {
  readonly ids: Record<string, unknown>;
  readonly status: string;
  readonly messages: readonly (Record<string, unknown> & { metrics_to_dict: object })[];
  readonly tools: readonly Record<string, unknown>[];
  readonly run_metrics: { readonly to_dict: Record<string, unknown> };
}

const golden = JSON.parse(
  readFileSync(new URL('../../golden/agno-2.9.0-runs.json', import.meta.url), 'utf8'),
) as Record<string, readonly GoldenRun[]> & { team: readonly { runs: readonly GoldenRun[] }[] };

/** A run as from `RunOutput.to_dict()`. */
const asDict = ({ ids, status, messages, tools, run_metrics }: GoldenRun) => ({
  ...ids,
  status,
  messages: messages.map(({ metrics: _, metrics_to_dict, ...message }) => ({
    ...message,
    metrics: metrics_to_dict,
  })),
  tools: tools?.map(({ metrics, ...tool }) => ({
    ...tool,
    metrics: (metrics as { to_dict?: object } | null)?.to_dict ?? null,
  })),
  metrics: run_metrics.to_dict,
});

const assistants = (events: readonly MetricEventInput[]) =>
  events.flatMap((event) =>
    event.type === 'message' && event.role === 'assistant' ? [event] : [],
  );
const sumOf = (events: readonly MetricEventInput[], name: 'input_tokens' | 'output_tokens') =>
  assistants(events).reduce((sum, { metrics }) => sum + (metrics?.[name] ?? 0), 0);

describe('a run of Agno 2.9', () => {
  const [first, , stale] = golden.session_many_runs ?? [];

  test('has the figures of its messages under the names of the vocabulary', () => {
    if (first === undefined) throw new Error('Expected a run.');
    const [message] = assistants(fromAgnoRun(asDict(first)));
    expect(message?.metrics).toMatchObject({
      input_tokens: 100,
      output_tokens: 20,
      cached_tokens: 64,
      cache_write_tokens: 10,
      reasoning_tokens: 8,
      input_audio_tokens: 3,
      output_audio_tokens: 4,
      audio_tokens: 7,
      cost: 0.5,
      time: 1.5,
      additional_metrics: { queue_time: 0.5, tier: 'a' },
    });
  });

  test('is counted as its messages say where Agno adds a response without usage twice', () => {
    if (stale === undefined) throw new Error('Expected a run.');
    expect(stale.run_metrics.to_dict.input_tokens).toBe(60);
    expect(sumOf(fromAgnoRun(asDict(stale)), 'input_tokens')).toBe(30);
  });

  test.each((golden.multi_model_types ?? []).map((run) => [String(run.ids.run_id), run] as const))(
    'counts models besides its own, each by its name: %s',
    (_id, run) => {
      const events = fromAgnoRun(asDict(run));
      const { details, ...total } = run.run_metrics.to_dict as {
        details: Record<string, { id: string; input_tokens: number }[]>;
        input_tokens: number;
        output_tokens: number;
      };
      expect(sumOf(events, 'input_tokens')).toBe(total.input_tokens);
      expect(sumOf(events, 'output_tokens')).toBe(total.output_tokens);
      const byModel = assistants(events).map(({ model, metrics }) => [
        model,
        metrics?.input_tokens,
      ]);
      const wanted = Object.values(details)
        .flat()
        .map(({ id, input_tokens }) => [id, input_tokens]);
      expect(byModel.sort()).toEqual(wanted.sort());
    },
  );

  test('that was forked leaves out what it copied from the original', () => {
    const [original] = golden.fork_and_regenerate ?? [];
    if (original === undefined) throw new Error('Expected a run.');
    const run = asDict(original);
    const own = { role: 'assistant', created_at: 1_750_000_200, metrics: { input_tokens: 7 } };
    const fork = {
      ...run,
      run_id: 'fork',
      created_at: 1_750_000_199,
      forked_from_run_id: original.ids.run_id,
      messages: [...run.messages, own],
      metrics: null,
    };
    expect(sumOf(fromAgnoRun(fork), 'input_tokens')).toBe(7);
  });

  test('in a row of the session table is the same run, be `runs` a list or its JSON', () => {
    const runs = (golden.session_many_runs ?? []).map(asDict);
    const events = runs.flatMap((run) => fromAgnoRun(run));
    const row = { session_id: 'sess-1', session_type: 'agent', user_id: 'user-1' };
    expect(fromAgnoRow({ ...row, runs })).toEqual(events);
    expect(fromAgnoRow({ ...row, runs: JSON.stringify(runs) })).toEqual(events);
    expect(() => fromAgnoRow({ ...row, runs: 'x' })).toThrow(/runs: Expected a list of runs/);
  });

  test('that is stored before its end has its messages so far, and no end', () => {
    const [done] = (golden.session_many_runs ?? []).map(asDict);
    if (done === undefined) throw new Error('Expected a run.');
    const { metrics: _metrics, ...begun } = done;
    const pending = { ...begun, run_id: 'pending', status: 'PENDING', messages: [], tools: null };
    const running = {
      ...begun,
      run_id: 'running',
      status: 'RUNNING',
      messages: done.messages.slice(0, 2),
      tools: null,
    };
    const row = { session_id: 'sess-1', runs: [pending, running, done] };
    const events = fromAgnoRow(row);
    const ends = events.filter(({ type }) => type === 'run').map(({ run_id }) => run_id);
    expect(ends).toEqual([golden.session_many_runs?.[0]?.ids.run_id]);
    const ofRunning = events.filter(({ run_id }) => run_id === 'running');
    expect(sumOf(ofRunning, 'input_tokens')).toBe(100);
    // At its end the same messages have the same ids, and its end is new.
    const later = fromAgnoRow({ ...row, runs: [{ ...done, run_id: 'running' }] });
    const ids = new Set(later.map(({ id }) => id));
    expect(ofRunning.every(({ id }) => ids.has(id))).toBe(true);
    expect(later.filter(({ type }) => type === 'run')).toMatchObject([{ status: 'completed' }]);
  });

  test('that was paused and continued has each message once, and both states', () => {
    const [done] = (golden.session_many_runs ?? []).map(asDict);
    if (done === undefined) throw new Error('Expected a run.');
    const paused = {
      ...done,
      status: 'PAUSED',
      messages: done.messages.slice(0, 2),
      metrics: null,
    };
    const row = (run: object) => fromAgnoRow({ session_id: 'sess-1', runs: [run] });
    const events = new Map([...row(paused), ...row(done)].map((event) => [event.id, event]));
    expect(sumOf([...events.values()], 'input_tokens')).toBe(111);
    const states = [...events.values()].filter(({ type }) => type === 'run');
    expect(states).toMatchObject([{ status: 'paused' }, { status: 'completed' }]);
  });

  test('of a workflow has the runs of its steps below it', () => {
    const runs = (golden.session_many_runs ?? []).map(asDict);
    const step = { ...runs[0], parent_run_id: 'flow' };
    const flow = {
      run_id: 'flow',
      session_id: 'sess-1',
      workflow_id: 'w-1',
      status: 'COMPLETED',
      step_executor_runs: [step],
    };
    const events = fromAgnoRun(flow);
    expect(sumOf(events, 'input_tokens')).toBe(111);
    expect(new Set(assistants(events).map(({ parent_run_id }) => parent_run_id))).toEqual(
      new Set(['flow']),
    );
  });
});
