import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { MetricEvent } from '#runfold/events/metric-event.js';
import { readSpans } from '#runfold/otlp/read-body.js';
import type { SpanItem } from '#runfold/otlp/spans/span-item.js';
import { readCaptures } from '../../harness/otlp/captures.js';
import { createMemoryInbox } from '../../harness/otlp/memory-inbox.js';
import { totalsOf } from '../../harness/otlp/totals.js';
import { randomNumbers } from '../../harness/random-numbers.js';
import { shuffled } from './otlp-requests.js';

const options = { nowUs: 1_796_000_000_000_000, mostDays: 0, keepsErrorText: false };

/** The spans of every capture, by trace. */
const traces = new Map<string, Map<string, SpanItem>>();
for (const { requests } of readCaptures()) {
  for (const { path, body } of requests) {
    if (path !== '/v1/traces') continue;
    for (const one of readSpans(Buffer.from(JSON.stringify(body)), 'json', options)) {
      if (!('item' in one)) continue;
      const { item } = one;
      const known = traces.get(item.trace) ?? new Map<string, SpanItem>();
      traces.set(item.trace, known);
      if (!known.has(item.span)) known.set(item.span, item);
    }
  }
}
const spans = [...traces.values()].flatMap((known) => [...known.values()]);

/** Random batches of all spans, some of them twice. */
function batchesOf(seed: number): { batches: SpanItem[][]; random: () => number } {
  const random = randomNumbers(seed);
  const again = spans.filter(() => random() < 0.3);
  const batches: SpanItem[][] = [[]];
  for (const item of shuffled([...spans, ...again], random)) {
    if (random() < 0.25) batches.push([]);
    batches.at(-1)?.push(item);
  }
  return { batches, random };
}

const byId = (events: readonly MetricEvent[]) =>
  Object.fromEntries(events.map((event) => [event.id, event]));

/** The figures that do not depend on where spans belong, by type, model, tool and time. */
function figuresOf(events: readonly MetricEvent[]) {
  const flat = events.map((event) => {
    const { run_id: _run, session_id: _session, ...rest } = event;
    const {
      agent_id: _a,
      agent_name: _b,
      user_id: _c,
      team_id: _d,
      workflow_id: _e,
      ...own
    } = rest;
    const { parent_run_id: _parent, ...figures } = own;
    return figures;
  });
  return Object.fromEntries(flat.map((event) => [event.id, event]));
}

describe('spans in any order', () => {
  const whole = createMemoryInbox();
  whole.add(spans);
  whole.endWait();

  test('give the same events while no wait runs out', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 31 - 1 }), (seed) => {
        const inbox = createMemoryInbox();
        for (const batch of batchesOf(seed).batches) inbox.add(batch);
        inbox.endWait();
        expect(inbox.waiting()).toBe(0);
        expect(inbox.events).toHaveLength(whole.events.length);
        expect(byId(inbox.events)).toEqual(byId(whole.events));
      }),
      { numRuns: Number(process.env.OTLP_RUNS ?? 60) },
    );
  });

  test('give each span one event and the same figures when waits run out at any moment', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 31 - 1 }), (seed) => {
        const inbox = createMemoryInbox();
        const { batches, random } = batchesOf(seed);
        const names = [...traces.keys()];
        for (const batch of batches) {
          inbox.add(batch);
          if (random() < 0.3) inbox.endWait(names[Math.floor(random() * names.length)]);
        }
        inbox.endWait();
        expect(inbox.waiting()).toBe(0);
        const ids = inbox.events.map(({ id }) => id);
        expect(new Set(ids).size).toBe(ids.length);
        const [found, wanted] = [figuresOf(inbox.events), figuresOf(whole.events)];
        // A call in two nested spans counts twice if the outer one arrived after the wait.
        for (const [id, event] of Object.entries(wanted)) expect(found[id]).toEqual(event);
      }),
      { numRuns: Number(process.env.OTLP_RUNS ?? 60) },
    );
  });

  test('put a late span where those that were settled without it are', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 31 - 1 }), (seed) => {
        const random = randomNumbers(seed);
        const inbox = createMemoryInbox();
        const late = new Set(spans.filter(() => random() < 0.2));
        inbox.add(spans.filter((span) => !late.has(span)));
        inbox.endWait();
        for (const span of shuffled([...late], random)) inbox.add([span]);
        inbox.endWait();
        const { runs } = totalsOf(inbox.events);
        const keys = runs.map((run) => `${run.session_id}\n${run.run_id}`);
        expect(new Set(keys).size).toBe(keys.length);
        const tokens = (events: readonly MetricEvent[]) =>
          totalsOf(events).runs.reduce((sum, run) => sum + Number(run.total_tokens ?? 0), 0);
        expect(tokens(inbox.events)).toBeGreaterThanOrEqual(tokens(whole.events));
      }),
      { numRuns: Number(process.env.OTLP_RUNS ?? 60) },
    );
  });
});
