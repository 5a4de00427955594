import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { eventSchemas, jsonPhrase, mapPhrase } from '#runfold/events/check/event-schema.js';
import { normalizeEvent } from '#runfold/events/check/normalize-event.js';
import { parseEvent } from '#runfold/events/check/parse-event.js';
import { isComplete, readEvent } from '#runfold/events/check/read-event.js';
import { emptyRow } from '#runfold/events/columns/event-row.js';
import { labelsPhrase, labelsText } from '#runfold/events/labels.js';
import { eventTypes } from '#runfold/events/metric-event.js';
import { metricFields } from '#runfold/events/metric-fields.js';

const message = {
  type: 'message',
  id: 'm-1',
  run_id: 'r-1',
  occurred_at: '2026-03-04T05:06:07Z',
  role: 'assistant',
};
const call = { ...message, role: undefined, type: 'tool_call', tool_name: 'search' };

describe('an event', () => {
  test('is given the session of its run, the total of its tokens, and the names of its metrics', () => {
    const raw = {
      ...message,
      role: 'model',
      user_id: null,
      metrics: { input_tokens: 5, output_tokens: 2, duration: 1.5, cost: null },
    };
    expect(parseEvent(raw)).toEqual({
      ok: true,
      event: {
        ...message,
        session_id: 'r-1',
        role: 'assistant',
        metrics: { input_tokens: 5, output_tokens: 2, total_tokens: 7, time: 1.5 },
      },
    });
  });

  test('of which a single token count came has that as its total', () => {
    const parsed = parseEvent({ ...message, metrics: { output_tokens: 4 } });
    expect(parsed).toMatchObject({ ok: true, event: { metrics: { total_tokens: 4 } } });
  });

  test.each([
    [{ metrics: { inputTokens: 5 } }, 'metrics.inputTokens', 'input_tokens'],
    [{ metrics: { 'cached-tokens': 5 } }, 'metrics.cached-tokens', 'cached_tokens'],
    [{ metrics: { input_token: 5 } }, 'metrics.input_token', 'input_tokens'],
    [{ runId: 'r' }, 'runId', 'run_id'],
    [{ errorText: 'r' }, 'errorText', undefined],
    [{ inputTokens: 5 }, 'inputTokens', 'metrics.input_tokens'],
    [{ cost: 5 }, 'cost', 'metrics.cost'],
    [{ metrics: { constructor: 5 } }, 'metrics.constructor', undefined],
  ])('with the unknown name of %j is told which name was meant', (fields, field, meant) => {
    const parsed = parseEvent({ ...message, ...fields });
    const fault = parsed.ok ? undefined : parsed.faults.find((one) => one.field === field);
    if (meant === undefined) expect(fault?.expected).not.toContain('did you mean');
    else expect(fault?.expected).toBe(`no such field (did you mean ${meant}?)`);
  });

  test('with many unknown names is told of the first, and compares only those', () => {
    const names = Array.from({ length: 400 }, (_, at) => [`input_tokenz${at}`.slice(0, 60), 1]);
    const parsed = parseEvent({ ...message, metrics: Object.fromEntries(names) });
    const faults = parsed.ok ? [] : parsed.faults;
    expect(faults).toHaveLength(101);
    expect(faults[0]?.expected).toContain('did you mean input_tokens?');
    expect(faults[100]?.got).toBe('300 more');
  });

  test('may carry negative figures when it corrects another', () => {
    const correction = { ...message, corrects: 'm-0', metrics: { input_tokens: -5, cost: -0.25 } };
    expect(parseEvent(correction)).toMatchObject({ ok: true });
  });

  test('keeps the labels that have a value, whatever their text', () => {
    // The second text has an accent of its own: it is not the same as é.
    const labels = {
      customer: 'Ünïcødé 🦆\u0001',
      feature: 'cafe\u0301',
      'a.b_c-9': 'x'.repeat(200),
      none: null,
    };
    const { none: _none, ...kept } = labels;
    expect(parseEvent({ ...message, labels })).toMatchObject({ ok: true, event: { labels: kept } });
    expect(labelsText(labels)).toBe(JSON.stringify(kept));
    const parsed = parseEvent({ ...message, labels: { none: undefined } });
    expect(parsed.ok && 'labels' in parsed.event).toBe(false);
    const most = Object.fromEntries(Array.from({ length: 16 }, (_, at) => [`label-${at}`, 'x']));
    expect(parseEvent({ ...message, labels: most })).toMatchObject({
      ok: true,
      event: { labels: most },
    });
  });

  const label = 'a name of 1 to 40 of a-z, 0-9, _, . and -, the first of them a letter';
  const labels = 'an object of at most 16 labels: name → string of 1 to 200 characters';
  const tokens = 'an integer from 0 to 2147483647';
  const text = 'a string of 1 to 200 characters';
  const storable = `${text} without NUL or lone surrogates`;
  const when = 'an RFC 3339 time with a zone, such as 2026-01-31T12:00:00Z';
  const json =
    'a JSON object of at most 65536 characters and 32 levels, with integers up to 2^53 - 1 (send larger ones as strings), without NUL or lone surrogates';
  const far = new Date(Date.now() + 2 * 86_400_000).toISOString();
  let deep: unknown = 1;
  for (let level = 0; level < 40; level++) deep = { deep };
  test.each<[string, unknown, string, string, string]>([
    ['that is no object', 7, '', 'an object', '7'],
    ['that is an array', [1, 2], '', 'an object', 'an array of 2'],
    ['without a type', {}, 'type', 'one of message, tool_call, run', 'nothing'],
    ['of an unknown type', { type: 'span' }, 'type', 'one of message, tool_call, run', '"span"'],
    [
      'named like a method',
      { type: 'toString' },
      'type',
      'one of message, tool_call, run',
      '"toString"',
    ],
    ['with labels that are a text', { ...message, labels: 'acme' }, 'labels', labels, '"acme"'],
    [
      'with a Map of labels',
      { ...message, labels: new Map() },
      'labels',
      labels,
      'an object with no keys',
    ],
    [
      'with seventeen labels',
      {
        ...message,
        labels: Object.fromEntries([...'abcdefghijklmnopq'].map((name) => [name, 'x'])),
      },
      'labels',
      labels,
      '17 names',
    ],
    [
      'with a label in capitals',
      { ...message, labels: { Acme: 'x' } },
      'labels.Acme',
      label,
      '"Acme"',
    ],
    [
      'with a long label',
      { ...message, labels: { ['l'.repeat(41)]: 'x' } },
      `labels.${'l'.repeat(41)}`,
      label,
      `"${'l'.repeat(41)}"`,
    ],
    [
      'with a label that is no name of an object',
      { ...message, labels: JSON.parse('{"__proto__":"x"}') },
      'labels.__proto__',
      label,
      '"__proto__"',
    ],
    ['with a label of a number', { ...message, labels: { tier: 2 } }, 'labels.tier', text, '2'],
    ['with an empty label', { ...message, labels: { tier: '' } }, 'labels.tier', storable, '""'],
    [
      'with half a letter in a label',
      { ...message, labels: { tier: '\ud800' } },
      'labels.tier',
      storable,
      '"\\ud800"',
    ],
    ['without an id', { ...message, id: undefined }, 'id', text, 'nothing'],
    ['without a run', { ...message, run_id: undefined }, 'run_id', text, 'nothing'],
    ['with an empty run', { ...message, run_id: '' }, 'run_id', storable, '""'],
    [
      'with a run of ten megabytes',
      { ...message, run_id: 'x'.repeat(10_000_000) },
      'run_id',
      storable,
      `"${'x'.repeat(78)}…`,
    ],
    ['with a long id', { ...message, id: 'x'.repeat(201) }, 'id', storable, `"${'x'.repeat(78)}…`],
    ['with a NUL', { ...message, model: 'a\0b' }, 'model', storable, '"a\\u0000b"'],
    [
      'with half a surrogate pair',
      { ...message, agent_id: '\ud800' },
      'agent_id',
      storable,
      '"\\ud800"',
    ],
    [
      'with an unknown role',
      { ...message, role: 'boss' },
      'role',
      'one of assistant, user, system, tool',
      '"boss"',
    ],
    [
      'with a field unknown to it',
      { ...message, tool_name: 'x' },
      'tool_name',
      'no such field',
      '"x"',
    ],
    [
      'without a zone in its time',
      { ...message, occurred_at: '2026-03-04T05:06:07' },
      'occurred_at',
      when,
      '"2026-03-04T05:06:07"',
    ],
    [
      'on a day there is not',
      { ...message, occurred_at: '2026-02-30T00:00:00Z' },
      'occurred_at',
      when,
      '"2026-02-30T00:00:00Z"',
    ],
    [
      'from before 2000',
      { ...message, occurred_at: '1999-12-31T23:59:59Z' },
      'occurred_at',
      'a time from the year 2000 on',
      '"1999-12-31T23:59:59Z"',
    ],
    [
      'from the far future',
      { ...message, occurred_at: far },
      'occurred_at',
      'a time at most a day ahead of the clock',
      `"${far}"`,
    ],
    [
      'with a number for a time',
      { ...message, occurred_at: 5 },
      'occurred_at',
      'an RFC 3339 time with a zone',
      '5',
    ],
    [
      'with negative tokens',
      { ...message, metrics: { input_tokens: -3 } },
      'metrics.input_tokens',
      tokens,
      '-3',
    ],
    [
      'with a fraction of a token',
      { ...message, metrics: { input_tokens: 1.5 } },
      'metrics.input_tokens',
      tokens,
      '1.5',
    ],
    [
      'with too many tokens',
      { ...message, metrics: { cached_tokens: 2 ** 31 } },
      'metrics.cached_tokens',
      tokens,
      '2147483648',
    ],
    [
      'with more tokens than a number holds exactly',
      { ...message, metrics: { input_tokens: 1e300 } },
      'metrics.input_tokens',
      tokens,
      '1e+300',
    ],
    [
      'with NaN for tokens',
      { ...message, metrics: { output_tokens: Number.NaN } },
      'metrics.output_tokens',
      tokens,
      'NaN',
    ],
    [
      'with NaN for a time',
      { ...message, metrics: { time: Number.NaN } },
      'metrics.time',
      'seconds from 0 to 100000000',
      'NaN',
    ],
    [
      'with an endless time',
      { ...message, metrics: { time: Number.POSITIVE_INFINITY } },
      'metrics.time',
      'seconds from 0 to 100000000',
      'Infinity',
    ],
    [
      'with a text for a cost',
      { ...message, metrics: { cost: '1' } },
      'metrics.cost',
      'dollars from 0 to 1000000',
      '"1"',
    ],
    [
      'with an unknown metric',
      { ...message, metrics: { tokens: 1 } },
      'metrics.tokens',
      `one of ${metricFields.map(({ name }) => name).join(', ')}`,
      '1',
    ],
    [
      'with metrics that are none',
      { ...message, metrics: 5 },
      'metrics',
      'an object of metrics',
      '5',
    ],
    [
      'with bad details',
      { ...message, metrics: { prompt_tokens_details: { a: -1 } } },
      'metrics.prompt_tokens_details.a',
      tokens,
      '-1',
    ],
    [
      'with an integer that was changed when it was parsed',
      { ...message, metrics: JSON.parse('{"additional_metrics":{"trace":9007199254740993}}') },
      'metrics.additional_metrics',
      json,
      'an object with keys trace',
    ],
    [
      'with NUL in its JSON',
      { ...message, metrics: { additional_metrics: { a: '\0' } } },
      'metrics.additional_metrics',
      json,
      'an object with keys a',
    ],
    [
      'with JSON too deep',
      { ...message, metrics: { additional_metrics: deep } },
      'metrics.additional_metrics',
      json,
      'an object with keys deep',
    ],
    [
      'of ten megabytes',
      { ...message, metrics: { additional_metrics: { a: 'x'.repeat(10_000_000) } } },
      'metrics.additional_metrics',
      json,
      'an object with keys a',
    ],
    ['without a tool', { ...call, tool_name: undefined }, 'tool_name', text, 'nothing'],
    [
      'with a number for an error',
      { ...call, error: 5 },
      'error',
      'true, false or a string of at most 2000 characters',
      '5',
    ],
  ])('%s is refused, with field, expected and got', (_name, raw, field, expected, got) => {
    expect(parseEvent(raw)).toEqual({ ok: false, faults: [{ field, expected, got }] });
  });

  test('is told all its faults at once', () => {
    const parsed = parseEvent({ ...message, role: 'x', model: '', metrics: { time: -1, foo: 1 } });
    expect(parsed.ok ? [] : parsed.faults.map(({ field }) => field)).toEqual(
      expect.arrayContaining(['role', 'model', 'metrics.time', 'metrics.foo']),
    );
  });
});

describe('the short way', () => {
  const value = fc.oneof(
    fc.constantFrom(undefined, null, '', 'assistant', 'model', 'completed', 0, 1, -1, 1.5, NaN),
    fc.constantFrom('2026-03-04T05:06:07Z', '2026-02-30T00:00:00Z', 2 ** 31, 2 ** 31 - 1, true),
    fc.string({ maxLength: 210 }),
    fc.string({ unit: 'binary' }),
    fc.dictionary(fc.string({ maxLength: 3 }), fc.oneof(fc.integer(), fc.string())),
  );
  const field = fc.constantFrom(
    ...['id', 'run_id', 'session_id', 'occurred_at', 'sequence', 'role', 'status', 'tool_name'],
    ...['error', 'model', 'user_id', 'metrics', 'corrects', 'foo', 'tool_call_id', 'labels'],
  );
  const metrics = fc.dictionary(
    fc.constantFrom(...metricFields.map(({ name }) => name), 'duration'),
    value,
    { maxKeys: 4 },
  );
  const labels = fc.dictionary(
    fc.oneof(fc.constantFrom('customer', 'a.b', '9a', 'A', ''), fc.string({ maxLength: 45 })),
    fc.oneof(fc.constantFrom('acme', null), value),
    { maxKeys: 3 },
  );
  const arbitraryRaw = fc
    .tuple(
      fc.constantFrom(...(Object.keys(eventTypes) as (keyof typeof eventTypes)[])),
      fc.dictionary(field, fc.oneof(value, metrics, labels), { maxKeys: 3 }),
      fc.option(labels, { nil: undefined }),
      fc.option(metrics, { nil: undefined }),
      fc.constantFrom({}, {}, { corrects: 'm-0' }),
    )
    .map(([type, changes, named, figures, correction]) => ({
      type,
      id: 'e',
      run_id: 'r',
      session_id: 's',
      occurred_at: '2026-03-04T05:06:07.5Z',
      ...(type === 'message' ? { role: 'assistant' } : {}),
      ...(type === 'tool_call' ? { tool_name: 't' } : {}),
      ...(figures === undefined ? {} : { metrics: figures }),
      ...(named === undefined ? {} : { labels: named }),
      ...changes,
      ...correction,
    }));

  test('takes just what the schema takes', () => {
    const seen = { taken: 0, refused: 0 };
    fc.assert(
      fc.property(arbitraryRaw, (raw) => {
        const row = emptyRow();
        const isTaken = readEvent(raw, row) && isComplete(row);
        const event = normalizeEvent(raw);
        const schemas = event.corrects === undefined ? eventSchemas.plain : eventSchemas.correction;
        expect(isTaken).toBe(schemas[raw.type].safeParse(event).success);
        seen[isTaken ? 'taken' : 'refused'] += 1;
      }),
      { numRuns: 10_000 },
    );
    expect(Math.min(seen.taken, seen.refused)).toBeGreaterThan(500);
  });

  test('and the long one agree: a parsed event parses to itself', () => {
    fc.assert(
      fc.property(arbitraryRaw, (raw) => {
        const once = parseEvent(raw);
        if (once.ok) expect(parseEvent(once.event)).toEqual(once);
        else expect(once.faults.length).toBeGreaterThan(0);
      }),
      { numRuns: 5_000 },
    );
  });
});

describe('names that JavaScript knows', () => {
  const event = (metrics: string) =>
    JSON.parse(
      `{"type":"message","id":"a","run_id":"r","role":"assistant","occurred_at":"2026-01-31T12:00:00Z","metrics":${metrics}}`,
    );
  test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
    '%s is a name like any other',
    (name) => {
      const good = event(
        `{"prompt_tokens_details":{"${name}":3},"additional_metrics":{"${name}":"x"}}`,
      );
      const parsed = parseEvent(good);
      expect(parsed.ok && JSON.stringify(parsed.event)).toContain(`"${name}":3`);
      for (const bad of [
        `{"prompt_tokens_details":{"${name}":-1}}`,
        `{"additional_metrics":{"${name}":"\\ud800"}}`,
        `{"${name}":1}`,
      ]) {
        const refused = parseEvent(event(bad));
        expect(refused.ok, bad).toBe(false);
        expect(JSON.stringify(refused), bad).toMatch(/metrics\.(prompt|additional|\w+")/);
      }
    },
  );

  const names = (count: number, value: unknown, prefix = 'k') =>
    Object.fromEntries(Array.from({ length: count }, (_, at) => [`${prefix}${at}`, value]));

  test('of tens of thousands of faults the first hundred are listed, and their number', () => {
    const nulls = names(500, null, 'null');
    const ids = { id: 'm-1', run_id: 'r', occurred_at: '2026-01-31T12:00:00Z' };
    const whole = { ...nulls, ...names(30_000, 1), type: 'message', ...ids, role: 'user' };
    const metrics = { ...nulls, ...names(30_000, 1), time: -1 };
    for (const [raw, more, field] of [
      [whole, 29_900, 'k0'],
      [{ ...message, metrics }, 29_901, 'metrics.time'],
    ] as const) {
      const refused = parseEvent(raw);
      const faults = refused.ok ? [] : refused.faults;
      expect(faults).toHaveLength(101);
      expect(faults[0]?.field).toBe(field);
      expect(faults.at(-1)?.got).toBe(`${more} more`);
    }
    expect(parseEvent({ ...message, ...names(30_000, null) })).toMatchObject({ ok: true });
  });

  test('an object with too many names is one fault: its names are not checked', () => {
    const metrics = {
      input_tokens: -1,
      prompt_tokens_details: names(30_000, -1),
      additional_metrics: names(30_000, 'x'),
    };
    const refused = parseEvent({ ...message, labels: names(30_000, 5, 'BAD'), metrics });
    expect(refused.ok ? [] : refused.faults).toMatchObject([
      { field: 'labels', expected: labelsPhrase, got: '30000 names' },
      { field: 'metrics.prompt_tokens_details', expected: mapPhrase, got: '30000 names' },
      { field: 'metrics.additional_metrics', expected: jsonPhrase },
      { field: 'metrics.input_tokens' },
    ]);
  });
});
