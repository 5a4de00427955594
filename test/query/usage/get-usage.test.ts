import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Database } from '#runfold/postgres/database.js';
import { verify } from '#runfold/projections/audit/verify.js';
import { InvalidQueryError } from '#runfold/query/query-errors.js';
import { getUsage, type UsageRow, usageFigures } from '#runfold/query/usage/get-usage.js';
import { withTestDatabase } from '../../../harness/database.js';
import { foldEvents } from '../../../harness/fold-events.js';
import { emptyTables } from '../../../harness/store-tables.js';
import { describeWithPostgres } from '../../../harness/suite.js';

/**
 * Zones with an offset of 45 minutes, and with clock changes of an hour, of half an hour, and at
 * midnight.
 */
const zones = [
  'Asia/Kathmandu',
  'America/New_York',
  'Australia/Lord_Howe',
  'Africa/Cairo',
  'Pacific/Chatham',
  'UTC',
];
const range = { from: '2024-03-01T00:00:00Z', to: '2024-05-01T00:00:00Z' };
const start = Date.parse(range.from);

/** The local time of an instant, from the JavaScript engine. */
function localParts(instant: number, timeZone: string): string {
  const format = new Intl.DateTimeFormat('sv-SE', {
    timeZone,
    dateStyle: 'short',
    timeStyle: 'medium',
  });
  return format.format(instant);
}

/**
 * The part of a local time that names its bucket, and no more: if the clock skips midnight, as in
 * Cairo in April, a day begins at one o'clock.
 */
const labels = {
  hour: (local: string) => local.slice(0, 13),
  day: (local: string) => local.slice(0, 10),
  month: (local: string) => local.slice(0, 7),
};

// Skewed: most are short, a few a thousand times as long.
const seconds = fc
  .tuple(fc.integer({ min: 0, max: 9_999 }), fc.integer({ min: 0, max: 4 }))
  .map(([digits, power]) => (digits * 10 ** power) / 1e6);
const event = fc.oneof(
  fc.record({
    type: fc.constant('message' as const),
    role: fc.constantFrom('assistant' as const, 'assistant' as const, 'user' as const),
    model: fc.constantFrom('model-a', 'model-b', undefined),
    agent_id: fc.constantFrom('agent-a', undefined),
    at: fc.integer({ min: 0, max: 61 * 86_400 - 1 }),
    time: seconds,
    first: fc.option(seconds, { nil: undefined }),
    input: fc.nat(5_000),
    cost: fc.option(fc.nat(1_000_000), { nil: undefined }),
  }),
  fc.record({
    type: fc.constant('tool_call' as const),
    tool_name: fc.constantFrom('tool-a', 'tool-b'),
    agent_id: fc.constantFrom('agent-a', undefined),
    at: fc.integer({ min: 0, max: 61 * 86_400 - 1 }),
    error: fc.boolean(),
    time: seconds,
    cost: fc.option(fc.nat(1_000_000), { nil: undefined }),
  }),
  fc.record({
    type: fc.constant('run' as const),
    at: fc.integer({ min: 0, max: 61 * 86_400 - 1 }),
    time: seconds,
  }),
);
type Sample = typeof event extends fc.Arbitrary<infer T> ? T : never;

function toEvent(sample: Sample, index: number) {
  const {
    at,
    time,
    cost,
    input,
    first,
    ...own
  }: Partial<Record<'cost' | 'input' | 'first', number>> & Sample = sample;
  return {
    ...own,
    id: `e-${index}`,
    run_id: `run-${index % 7}`,
    session_id: `session-${index % 3}`,
    occurred_at: new Date(start + at * 1_000).toISOString(),
    metrics: {
      time,
      ...(input === undefined ? {} : { input_tokens: input }),
      ...(first === undefined ? {} : { time_to_first_token: first }),
      ...(cost === undefined ? {} : { cost: cost / 1e9 }),
    },
  };
}

const isAnswer = (sample: Sample) => sample.type === 'message' && sample.role === 'assistant';

describeWithPostgres('usage over time', () => {
  let database: Database;
  withTestDatabase((opened) => {
    database = opened;
  });
  const clear = () => emptyTables(database);

  test('sums that no double holds exactly are exact', async () => {
    await clear();
    const at = { occurred_at: range.from, run_id: 'run', type: 'message', role: 'user' };
    const million = Array.from({ length: 12 }, (_, n) => ({
      ...at,
      id: `million-${n}`,
      user_id: 'ann',
      metrics: { cost: 1_000_000 },
    }));
    await foldEvents(database, [
      ...million,
      { ...at, id: 'least', user_id: 'ann', metrics: { cost: 1e-9 } },
      { ...at, id: 'small', user_id: 'bob', metrics: { cost: 0.3 } },
    ]);
    for (const bucket of ['month', undefined] as const) {
      const { rows } = await getUsage(database, {
        ...range,
        bucket,
        group_by: ['user_id'],
        fill: false,
      });
      // The whole number alone is a double; the last digit is only in the sum of integers.
      expect(rows.map(({ user_id, cost }) => [user_id, cost])).toEqual([
        ['ann', Number('12000000.000000001')],
        ['bob', 0.3],
      ]);
    }
  });

  test('equals the raw events in every zone and bucket, and quantiles lie within 1 %', async () => {
    const samples = fc.array(event, { minLength: 1, maxLength: 150 });
    const zone = fc.constantFrom(...zones);
    const bucket = fc.constantFrom('hour', 'day', 'month' as const) as fc.Arbitrary<
      keyof typeof labels
    >;
    await fc.assert(
      fc.asyncProperty(samples, zone, bucket, async (list, time_zone, length) => {
        await clear();
        await foldEvents(database, list.map(toEvent));
        const total = await getUsage(database, { ...range, time_zone, bucket: length });
        const byModel = await getUsage(database, {
          ...range,
          time_zone,
          bucket: length,
          group_by: ['model'],
          fill: false,
        });
        const known = new Map(
          list.map((sample) => [
            sample,
            labels[length](localParts(start + sample.at * 1_000, time_zone)),
          ]),
        );
        const label = (sample: Sample) => known.get(sample) ?? '';
        // An hour that the clock repeats is two buckets of one label.
        const wanted = new Map<
          string,
          { input: number; calls: number; errors: number; nanos: number }
        >();
        for (const sample of list) {
          const sum = wanted.get(label(sample)) ?? { input: 0, calls: 0, errors: 0, nanos: 0 };
          if (isAnswer(sample) && 'input' in sample) sum.input += sample.input;
          if (sample.type === 'tool_call') sum.calls += 1;
          if (sample.type === 'tool_call' && sample.error) sum.errors += 1;
          if ('cost' in sample) sum.nanos += sample.cost ?? 0;
          wanted.set(label(sample), sum);
        }
        const got = new Map<
          string,
          { input: number; calls: number; errors: number; nanos: number }
        >();
        for (const row of total.rows) {
          const name = labels[length](row.bucket_local ?? '');
          const sum = got.get(name) ?? {
            input: 0,
            calls: 0,
            errors: 0,
            nanos: 0,
          };
          sum.input += row.input_tokens ?? 0;
          sum.calls += row.tool_calls ?? 0;
          sum.errors += row.tool_errors ?? 0;
          sum.nanos += Math.round((row.cost ?? 0) * 1e9);
          got.set(name, sum);
        }
        const filled = [...got].filter(([key]) => wanted.has(key));
        expect(Object.fromEntries(filled)).toEqual(Object.fromEntries(wanted));
        for (const [key, sum] of got) {
          if (!wanted.has(key)) expect(sum).toEqual({ input: 0, calls: 0, errors: 0, nanos: 0 });
        }
        for (const row of total.rows) {
          const inside = list.filter(
            (sample) =>
              label(sample) === labels[length](row.bucket_local ?? '') &&
              isIn(sample, row, total.rows),
          );
          for (const name of Object.keys(spreads) as Spread[]) {
            checkQuantiles(row, name, inside.flatMap(spreads[name]));
          }
        }
        for (const row of byModel.rows) {
          const times = list.filter(
            (sample) =>
              isAnswer(sample) &&
              'model' in sample &&
              (sample.model ?? null) === row.model &&
              label(sample) === labels[length](row.bucket_local ?? '') &&
              isIn(sample, row, byModel.rows),
          );
          checkQuantiles(
            row,
            'time',
            times.map((sample) => sample.time),
          );
        }
      }),
      { numRuns: 40 },
    );
    expect((await verify(database)).differences).toEqual([]);
  });

  test('reads whole days where it can, and the same from the edges', async () => {
    await clear();
    const list = fc.sample(event, { numRuns: 600, seed: 7 });
    await foldEvents(database, list.map(toEvent));
    for (const cut of [
      { from: range.from, to: range.to },
      { from: '2024-03-02T07:15:00Z', to: '2024-04-28T22:45:00Z' },
    ]) {
      const { rows } = await getUsage(database, { ...cut, group_by: ['tool_name'] });
      for (const row of rows) {
        const inside = list.filter(
          (sample) =>
            'tool_name' in sample &&
            sample.tool_name === row.tool_name &&
            start + sample.at * 1_000 >= Date.parse(cut.from) &&
            start + sample.at * 1_000 < Date.parse(cut.to),
        );
        expect(row.tool_calls).toBe(inside.length);
        checkQuantiles(
          row,
          'tool_time',
          inside.map((sample) => sample.time),
        );
      }
    }
  });

  test('a correction moves the sums of its bucket and no count or quantile', async () => {
    await clear();
    const one = toEvent(
      {
        type: 'message',
        role: 'assistant',
        model: 'm',
        agent_id: undefined,
        at: 100,
        time: 2,
        input: 10,
        cost: 5,
      } as unknown as Sample,
      0,
    );
    await foldEvents(database, [one]);
    const before = await getUsage(database, { ...range, group_by: ['model'] });
    await foldEvents(database, [
      {
        ...one,
        id: 'fix',
        corrects: one.id,
        metrics: { input_tokens: -4, total_tokens: -4, cost: 1e-9 },
      },
    ]);
    const after = await getUsage(database, { ...range, group_by: ['model'] });
    expect(after.rows).toEqual([
      { ...before.rows[0], input_tokens: 6, total_tokens: 6, cost: 6e-9 },
    ]);
    expect((await verify(database)).differences).toEqual([]);
  });

  test('does not know a share of cached tokens that is more than the whole', async () => {
    const answer = (model: string, input_tokens: number, cached_tokens: number) => ({
      type: 'message',
      role: 'assistant',
      id: `share-${model}`,
      run_id: 'share',
      user_id: 'share',
      model,
      occurred_at: '2024-03-02T12:00:00Z',
      metrics: { input_tokens, cached_tokens },
    });
    await foldEvents(database, [
      answer('all', 100, 100),
      answer('half', 100, 50),
      answer('more', 1, 20_000),
    ]);
    const { rows } = await getUsage(database, {
      ...range,
      group_by: ['model'],
      filters: { user_id: ['share'] },
      figures: ['cache_hit_rate'],
      order_by: 'cache_hit_rate',
      top: 3,
    });
    expect(rows.map((row) => [row.model, row.cache_hit_rate])).toEqual([
      ['all', 1],
      ['half', 0.5],
      ['more', null],
    ]);
  });

  test('groups by user from sessions, ranks, and keeps only the top', async () => {
    await clear();
    const message = (user: string, cost: number, at: string) => ({
      type: 'message' as const,
      role: 'assistant' as const,
      run_id: `run-${user}`,
      user_id: user,
      occurred_at: at,
      metrics: { output_tokens: 1, cost },
    });
    await foldEvents(database, [
      message('ann', 1, '2024-03-05T10:00:00Z'),
      message('bob', 3, '2024-03-06T10:00:00Z'),
      message('cem', 2, '2024-03-07T10:00:00Z'),
    ]);
    const options = { ...range, group_by: ['user_id'] as const, top: 2 };
    const totals = await getUsage(database, options);
    expect(totals.rows.map((row) => [row.user_id, row.cost])).toEqual([
      ['bob', 3],
      ['cem', 2],
    ]);
    const series = await getUsage(database, {
      ...options,
      bucket: 'month',
      to: '2024-04-01T00:00:00Z',
    });
    expect(series.rows.map((row) => [row.bucket_local, row.user_id])).toEqual([
      ['2024-03-01 00:00', 'bob'],
      ['2024-03-01 00:00', 'cem'],
    ]);
    const earlier = { from: '2024-03-05T00:00:00Z', to: '2024-03-06T00:00:00Z' };
    const compared = await getUsage(database, {
      ...options,
      before_from: earlier.from,
      before_to: earlier.to,
    });
    const { from, to, rows } = await getUsage(database, { ...options, ...earlier });
    expect(rows).toHaveLength(1);
    expect(compared).toEqual({ ...totals, before: { from, to, rows } });
    const filtered = await getUsage(database, { ...range, filters: { user_id: ['ann', 'bob'] } });
    expect(filtered.rows.map((row) => row.cost)).toEqual([4]);
  });

  describe('without figures', () => {
    const used = [
      { group_by: [] },
      { group_by: ['model'] },
      { group_by: ['tool_name'] },
      { group_by: ['agent_id'] },
      { group_by: ['user_id', 'model'] },
      { group_by: ['label:customer'] },
      { filters: { user_id: 'ann' } },
      { group_by: ['model'], filters: { 'label:customer': 'acme' } },
    ] as const;
    test.each(used)('a row has just those that can be named: %j', async (options) => {
      const question = { ...range, bucket: 'day', ...options } as const;
      const named: string[] = [];
      for (const figure of usageFigures) {
        const asked = getUsage(database, { ...question, figures: [figure], order_by: figure });
        await asked.then(
          () => named.push(figure),
          (error: unknown) => expect(error).toBeInstanceOf(InvalidQueryError),
        );
      }
      const groups = 'group_by' in options ? options.group_by : [];
      const always = ['bucket_start', 'bucket_local', ...groups];
      await clear();
      const at = { run_id: 'a', user_id: 'ann', agent_id: 'writer', labels: { customer: 'acme' } };
      await foldEvents(database, [
        { ...at, type: 'message', role: 'assistant', model: 'm', occurred_at: range.from },
        { ...at, type: 'tool_call', tool_name: 't', occurred_at: range.from },
      ]);
      const [row = {}] = (await getUsage(database, question)).rows;
      expect(Object.keys(row)).toEqual([...always, ...named]);
      const sums = await getUsage(database, { ...question, quantiles: false });
      const summed = named.filter((name) => !/_p\d\d$/.test(name));
      expect(Object.keys(sums.rows[0] ?? {})).toEqual([...always, ...summed]);
      const before = { before_from: '2024-03-04T00:00:00Z', before_to: '2024-03-05T00:00:00Z' };
      const compared = await getUsage(database, { ...question, ...before });
      for (const earlier of compared.before?.rows ?? []) {
        expect(Object.keys(earlier)).toEqual([...always, ...named]);
      }
    });
  });

  describe('refuses', () => {
    test.each([
      ['a zone that is none', { time_zone: 'Mars/Base' }],
      ['a zone by its offset, which Postgres reads the other way round', { time_zone: '+05:45' }],
      ['an end before its beginning', { to: '2024-01-01T00:00:00Z' }],
      ['more buckets than anyone reads', { bucket: '15m', from: '2020-01-01T00:00:00Z' }],
      ['fields that are not kept together', { group_by: ['model', 'tool_name'] }],
      ['a field that is none', { group_by: ['colour'] }],
      ['a figure that is none', { order_by: 'beauty' }],
      ['a top that is none', { top: 0 }],
      ['an earlier range without an end', { before_from: '2024-01-01T00:00:00Z' }],
      ['an earlier range without a start', { before_to: '2024-01-01T00:00:00Z' }],
    ])('%s', async (_name, wrong) => {
      await expect(getUsage(database, { ...range, ...wrong } as never)).rejects.toThrow(
        InvalidQueryError,
      );
    });
  });
});

/** Whether a sample is in a row's bucket, and not in the other bucket of a repeated hour. */
function isIn(sample: Sample, row: UsageRow, rows: readonly UsageRow[]): boolean {
  const instant = start + sample.at * 1_000;
  const same = rows
    .filter((other) => other.bucket_local === row.bucket_local && other.model === row.model)
    .map((other) => Date.parse(other.bucket_start ?? ''));
  const mine = Date.parse(row.bucket_start ?? '');
  const later = same.filter((other) => other > mine);
  return same.length === 1 || (instant >= mine && later.every((other) => instant < other));
}

/** The times for each kind of quantile. */
const spreads = {
  time: (sample: Sample) => (isAnswer(sample) ? [sample.time] : []),
  time_to_first_token: (sample: Sample) =>
    isAnswer(sample) && 'first' in sample && sample.first !== undefined ? [sample.first] : [],
  tool_time: (sample: Sample) => (sample.type === 'tool_call' ? [sample.time] : []),
  run_time: (sample: Sample) => (sample.type === 'run' ? [sample.time] : []),
};
type Spread = keyof typeof spreads;

function checkQuantiles(row: UsageRow, name: Spread, times: readonly number[]): void {
  const sorted = [...times].sort((a, b) => a - b);
  for (const percent of [50, 90, 95, 99] as const) {
    const got = row[`${name}_p${percent}`];
    if (sorted.length === 0) {
      expect(got).toBeNull();
      continue;
    }
    const exact = sorted[Math.ceil((percent * sorted.length) / 100) - 1] ?? Number.NaN;
    expect(Math.abs((got ?? Number.NaN) - exact)).toBeLessThanOrEqual(exact * 0.01 + 1e-12);
  }
}
