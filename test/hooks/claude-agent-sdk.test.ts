import { expect, test } from 'vitest';
import type { MetricEventInput } from '#runfold/events/metric-event.js';
import { createQueryRecorder } from '#runfold/hooks/claude-agent-sdk/query-recorder.js';
import { trackQuery } from '#runfold/hooks/claude-agent-sdk/track-query.js';
import { createRecorder } from '#runfold/hooks/record/recorder.js';

test.each([
  [false, [0.1, 0.15]],
  // The first result of a resumed session has the cost of earlier turns in it.
  [true, [undefined, 0.15]],
])('the cost of a turn is what its result adds, resumed: %s', (isResumed, costs) => {
  const events: MetricEventInput[] = [];
  const recorder = createRecorder({ emit: (event) => events.push(event) }, {});
  const query = createQueryRecorder(recorder, { isResumed });
  for (const total_cost_usd of [0.1, 0.25]) {
    query.read({ type: 'system', subtype: 'init', session_id: 's-1' }, false);
    query.read({ type: 'result', subtype: 'success', total_cost_usd, session_id: 's-1' }, false);
  }
  const found = events.flatMap((event) => (event.type === 'run' ? [event.metrics?.cost] : []));
  expect(found.map((cost) => cost?.toFixed(9))).toEqual(costs.map((cost) => cost?.toFixed(9)));
});

test.each([
  [new Error('the process has exited with code 1'), 'error'],
  [new DOMException('This operation was aborted', 'AbortError'), 'cancelled'],
])('a query that throws %s ends its run as %s, and throws it', async (thrown, status) => {
  const events: MetricEventInput[] = [];
  const query = trackQuery(
    async function* () {
      yield { type: 'system', subtype: 'init', session_id: 's-1' };
      throw thrown;
    },
    { emit: (event) => events.push(event) },
  );
  const read = async () => {
    for await (const _message of query()) void _message;
  };
  await expect(read()).rejects.toBe(thrown);
  expect(events).toMatchObject([{ type: 'run', session_id: 's-1', status }]);
});
