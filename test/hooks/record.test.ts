import { describe, expect, test, vi } from 'vitest';
import type { MetricEventInput } from '#runfold/events/metric-event.js';
import { runfoldMiddleware } from '#runfold/hooks/ai-sdk/middleware.js';
import { runfoldTelemetry } from '#runfold/hooks/ai-sdk/telemetry.js';
import { trackTools } from '#runfold/hooks/ai-sdk/track-tools.js';
import { trackClient } from '#runfold/hooks/calls/track-client.js';
import { trackQuery } from '#runfold/hooks/claude-agent-sdk/track-query.js';
import { runfoldCallbacks } from '#runfold/hooks/langchain/callbacks.js';
import { runfoldExporter } from '#runfold/hooks/mastra/exporter.js';
import { runfoldProcessor } from '#runfold/hooks/openai-agents/processor.js';
import { failureText } from '#runfold/hooks/record/failure.js';
import { createRecorder } from '#runfold/hooks/record/recorder.js';
import { withIdentity } from '#runfold/hooks/record/run-context.js';
import { trackRun } from '#runfold/hooks/record/track-run.js';

function memory() {
  const events: MetricEventInput[] = [];
  return { events, emit: (event: MetricEventInput) => events.push(event) };
}

describe('a recorder', () => {
  test('reports each kind of error once, and never throws', async () => {
    const kinds = ['a', 'b', 'a', 'b'];
    const errors: string[] = [];
    const emitter = {
      emit() {
        const error = Object.assign(new Error('x'), { code: kinds.shift() });
        if (error.code === 'b') return Promise.reject(error);
        throw error;
      },
    };
    const on_error = (error: Error) => {
      errors.push(String((error as { code?: string }).code));
      throw error;
    };
    const warning = vi.spyOn(process, 'emitWarning').mockReturnValue(undefined);
    const recorder = createRecorder(emitter, { on_error });
    for (let left = kinds.length; left > 0; left -= 1) {
      recorder.record({ type: 'run', run_id: 'r', status: 'completed' });
    }
    await new Promise(setImmediate);
    expect(errors).toEqual(['a', 'b']);
    // An error thrown by the report itself becomes a warning of the process.
    expect(warning).toHaveBeenCalledTimes(2);
    warning.mockClear();
    createRecorder(emitter, {}).report(new Error('full'));
    expect(warning.mock.calls).toEqual([['A Runfold hook lost events: full']]);
    warning.mockRestore();
  });

  test('reports options that a hook does not have, and what was meant', async () => {
    const told: string[] = [];
    const on_error = (error: Error) => void told.push(error.message);
    const typo = { userId: 'ann', colour: 1, user_id: 'ann', on_error };
    const run = { ...typo, run_id: 'r' };
    const text =
      'A hook has unknown options, which it ignores: userId (did you mean user_id?), colour.';
    await trackRun(memory(), run, () => 1);
    runfoldMiddleware(memory(), typo);
    runfoldTelemetry(memory(), typo);
    runfoldCallbacks(memory(), typo);
    runfoldProcessor(memory(), typo);
    runfoldExporter(memory(), typo);
    trackQuery(() => ({}) as never, memory(), typo);
    trackClient({ withOptions: () => ({}) }, [], memory(), { ...run, stream_usage: true });
    expect(told).toEqual(Array.from({ length: 8 }, () => text));

    const warning = vi.spyOn(process, 'emitWarning').mockReturnValue(undefined);
    createRecorder(memory(), { user_id: 'ann', labels: {}, error_text: true });
    expect(warning).not.toHaveBeenCalled();
    createRecorder(memory(), { sesion_id: 's' } as never);
    expect(warning.mock.calls).toEqual([
      [
        'Runfold: A hook has unknown options, which it ignores: sesion_id (did you mean session_id?).',
      ],
    ]);
    warning.mockRestore();
  });

  test('says how something failed without what it said', () => {
    const error = Object.assign(new TypeError('a secret'), { status: 429, code: 'rate_limit' });
    expect(failureText(error)).toBe('TypeError 429 rate_limit');
    expect(failureText(error, true)).toBe('TypeError: a secret');
    expect(failureText('a secret')).toBe('error');
    expect(failureText(new DOMException('a secret', 'AbortError'), true)).toBe('aborted');
  });
});

describe('a tracked run', () => {
  test('gives what is inside it its session and user, and is their parent', async () => {
    const memory_ = memory();
    const result = await withIdentity({ session_id: 's', user_id: 'ann' }, () =>
      trackRun(memory_, { agent_id: 'chief', session_id: 'default' }, async (outer) => {
        const inner = await trackRun(memory_, { agent_id: 'aide' }, (run) => run.run_id);
        return { outer: outer.run_id, inner };
      }),
    );
    const { outer, inner } = result;
    expect(memory_.events).toMatchObject([
      { run_id: inner, parent_run_id: outer, session_id: 's', user_id: 'ann', agent_id: 'aide' },
      { run_id: outer, session_id: 's', user_id: 'ann', agent_id: 'chief', status: 'completed' },
    ]);
    expect(memory_.events[1]).not.toHaveProperty('parent_run_id');
  });

  test('gives what is inside it its labels', async () => {
    const memory_ = memory();
    await withIdentity({ labels: { customer: 'acme' } }, () =>
      withIdentity({ labels: { feature: 'chat' } }, () =>
        trackRun(memory_, { labels: { release: '1.2' } }, () =>
          trackRun(memory_, { labels: { step: 'plan' } }, async (run) => void run),
        ),
      ),
    );
    expect(memory_.events.map(({ labels }) => labels)).toEqual([
      { step: 'plan', customer: 'acme', feature: 'chat', release: '1.2' },
      { release: '1.2', customer: 'acme', feature: 'chat' },
    ]);
  });

  test('ends as what it throws says, and throws that', async () => {
    const memory_ = memory();
    const failing = trackRun(memory_, { run_id: 'a' }, () => {
      throw new RangeError('x');
    });
    await expect(failing).rejects.toThrow(RangeError);
    const aborted = trackRun(memory_, { run_id: 'b' }, async (run) => {
      await run.tool('t'.repeat(300), () => AbortSignal.abort().throwIfAborted());
    });
    await expect(aborted).rejects.toThrow(/abort/);
    expect(memory_.events).toMatchObject([
      { run_id: 'a', status: 'error' },
      { type: 'tool_call', tool_name: 't'.repeat(200), error: 'aborted' },
      { run_id: 'b', status: 'cancelled' },
    ]);
  });

  test('sees tools that return, throw, or yield', async () => {
    const memory_ = memory();
    const tools = trackTools({
      now: { execute: () => 1 },
      never: {
        execute: () => {
          throw new RangeError('x');
        },
      },
      later: {
        async *execute() {
          yield 1;
          yield 2;
        },
      },
      client: { description: 'has no execute' },
    });
    await trackRun(memory_, {}, async () => {
      const now: (...given: readonly unknown[]) => unknown = tools.now.execute;
      expect(await now({}, { toolCallId: 'call_now' })).toBe(1);
      expect(() => tools.never.execute()).toThrow(RangeError);
      const parts: number[] = [];
      for await (const part of tools.later.execute()) parts.push(part);
      expect(parts).toEqual([1, 2]);
    });
    expect(tools.client).toEqual({ description: 'has no execute' });
    expect(memory_.events).toMatchObject([
      { tool_name: 'now', tool_call_id: 'call_now', error: false },
      { tool_name: 'never', error: 'RangeError' },
      { tool_name: 'later', error: false },
      { type: 'run', status: 'completed' },
    ]);
  });
});
