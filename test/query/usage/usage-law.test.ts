import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Database } from '#runfold/postgres/database.js';
import { verify } from '#runfold/projections/audit/verify.js';
import {
  figuresBy,
  getUsage,
  type UsageFigure,
  type UsageRow,
} from '#runfold/query/usage/get-usage.js';
import { usageBuckets } from '#runfold/query/usage/usage-range.js';
import { keptTogether, labelOf, type UsageDimension } from '#runfold/query/usage/usage-sources.js';
import { withTestDatabase } from '../../../harness/database.js';
import { foldEvents } from '../../../harness/fold-events.js';
import { describeWithPostgres } from '../../../harness/suite.js';

/** The number of queries; `USAGE_QUESTIONS=10000` for a long run. */
const questions = Number(process.env.USAGE_QUESTIONS ?? 300);
const questionsAStore = 20;
const questionsAtOnce = 5;
const quarter = 900_000;

/** Months with clock changes in some zones of the world, and one without. */
const months = [
  '2006-10',
  '2011-11',
  '2011-12',
  '2018-11',
  '2024-04',
  '2025-03',
  '2025-07',
  '2025-11',
];
const zones = [
  'UTC',
  'CET',
  'EST',
  'Europe/Berlin',
  'America/New_York',
  'America/Havana',
  'America/St_Johns',
  'America/Sao_Paulo',
  'Asia/Kathmandu',
  'Asia/Beirut',
  'Australia/Lord_Howe',
  'Africa/Cairo',
  'Pacific/Apia',
  'Pacific/Chatham',
];

const maybe = (...names: string[]) => fc.constantFrom(...names, undefined);
/** Seconds of a day. */
const day = 96 * 900;
const common = {
  // Often on the days around the end of a month, which a zone divides between two months.
  at: fc.oneof(
    fc.integer({ min: 0, max: 40 * day - 1 }),
    fc
      .tuple(fc.constantFrom(0, 27, 28, 29, 30, 31), fc.integer({ min: 0, max: day - 1 }))
      .map(([at, second]) => at * day + second),
  ),
  user_id: maybe('ann', 'bob', 'zoë'),
  agent_id: maybe('writer', 'critic'),
  team_id: maybe('team'),
  workflow_id: maybe('flow-1', 'flow-2'),
  model: maybe('model-a', 'model-b'),
  provider: maybe('p'),
  labels: fc.record({
    customer: maybe('acme', 'Ünïcødé 🦆'),
    feature: maybe('acme', 'search', "'; --"),
  }),
  time: fc.option(fc.nat(9_000_000), { nil: undefined }),
  cost: fc.option(fc.nat(2_000_000_000), { nil: undefined }),
  tokens: fc.option(fc.nat(5_000), { nil: undefined }),
};
const event = fc.oneof(
  fc.record({
    ...common,
    type: fc.constant('message' as const),
    role: fc.constantFrom('assistant' as const, 'assistant' as const, 'user' as const),
  }),
  fc.record({
    ...common,
    type: fc.constant('tool_call' as const),
    tool_name: fc.constantFrom('search', 'read'),
    error: fc.boolean(),
  }),
  fc.record({
    ...common,
    type: fc.constant('run' as const),
    status: fc.constantFrom('completed' as const, 'error' as const, 'paused' as const, undefined),
  }),
);
type Sample = typeof event extends fc.Arbitrary<infer T> ? T : never;
type Attribute = Exclude<keyof typeof common, 'at' | 'labels' | 'time' | 'cost' | 'tokens'>;

const store = fc.record({
  month: fc.constantFrom(...months),
  events: fc.array(event, { minLength: 1, maxLength: 60 }),
});
const kept = keptTogether.flatMap((holds) =>
  (['label:customer', 'label:feature'] as const).map((label) =>
    holds.map((name) => (name === 'label:*' ? label : name)),
  ),
);
/** Ranges in quarters of an hour after the start of the month. */
const someDays = fc.record({
  bucket: fc.constantFrom(...usageBuckets, undefined),
  from: fc.integer({ min: -200, max: 20 * 96 }),
  quarters: fc.integer({ min: 1, max: 25 * 96 }),
});
/** The same around at least one whole month. */
const wholeMonths = fc
  .record({
    bucket: fc.constantFrom('month' as const, 'week' as const, undefined),
    from: fc.constantFrom(-96, -5, 0),
    more: fc.constantFrom(0, 1, 3 * 96, 31 * 96),
  })
  .map(({ bucket, from, more }) => ({ bucket, from, quarters: 31 * 96 - from + more }));
const askedBy = (holds: readonly UsageDimension[], range: typeof someDays | typeof wholeMonths) =>
  fc.record({
    group_by: fc.subarray([...holds], { maxLength: 3 }),
    filtered: fc.subarray([...holds], { maxLength: 2 }),
    // The values of a filter; null means no value.
    allowed: fc.subarray(
      ['ann', 'writer', 'team', 'flow-1', 'model-a', 'p', 'search', 'acme', null],
      { minLength: 1 },
    ),
    time_zone: fc.constantFrom(...zones),
    range,
    fill: fc.boolean(),
  });
const question = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom(...kept).chain((holds) => askedBy(holds, someDays)),
  },
  // Whole months are read from a table of users.
  {
    weight: 2,
    arbitrary: askedBy(['user_id', 'agent_id', 'team_id', 'workflow_id'], wholeMonths),
  },
);

function toEvent(start: number, sample: Sample, index: number) {
  const { at, time, cost, tokens, ...own } = sample;
  return {
    ...own,
    id: `e-${index}`,
    run_id: `run-${index % 5}`,
    session_id: `session-${index % 3}`,
    occurred_at: new Date(start + at * 1_000).toISOString(),
    metrics: {
      ...(time === undefined ? {} : { time: time / 1e6 }),
      ...(cost === undefined ? {} : { cost: cost / 1e9 }),
      ...(tokens === undefined || own.type !== 'message'
        ? {}
        : { input_tokens: tokens, cached_tokens: Math.floor(tokens / 3) }),
    },
  };
}

/** The dimension of an event: tool calls and runs have no model, and only calls have a tool. */
function attributeOf(sample: Sample, name: UsageDimension): string | null {
  const label = labelOf(name);
  if (label !== undefined) return sample.labels[label as 'customer'] ?? null;
  if (name === 'tool_name') return sample.type === 'tool_call' ? sample.tool_name : null;
  if (name === 'model' || name === 'provider') {
    return sample.type === 'message' ? (sample[name] ?? null) : null;
  }
  return sample[name as Attribute] ?? null;
}

/** The raw sums of some events, in the integer units of the log. */
function sumsOf(list: readonly Sample[]) {
  const sum = (of: (sample: Sample) => number | undefined | null) => {
    const values = list.flatMap((sample) => of(sample) ?? []);
    return values.length === 0 ? null : values.reduce((a, b) => a + b, 0);
  };
  const isAnswer = (s: Sample) => s.type === 'message' && s.role === 'assistant';
  const count = (is: (sample: Sample) => boolean) => list.filter(is).length;
  return {
    assistant_messages: count(isAnswer),
    unpriced_messages: count((s) => isAnswer(s) && s.tokens !== undefined && s.cost === undefined),
    tool_calls: count((s) => s.type === 'tool_call'),
    tool_errors: count((s) => s.type === 'tool_call' && s.error),
    runs: count((s) => s.type === 'run' && s.status !== 'paused'),
    failed_runs: count((s) => s.type === 'run' && s.status === 'error'),
    input_tokens: sum((s) => (isAnswer(s) ? s.tokens : null)),
    cached_tokens: sum((s) =>
      isAnswer(s) && s.tokens !== undefined ? Math.floor(s.tokens / 3) : null,
    ),
    time: sum((s) => (isAnswer(s) ? s.time : null)),
    tool_time: sum((s) => (s.type === 'tool_call' ? s.time : null)),
    run_time: sum((s) => (s.type === 'run' ? s.time : null)),
    cost: sum((s) => (s.type === 'run' ? null : s.cost)),
  };
}
type Sums = ReturnType<typeof sumsOf>;
const units: Partial<Record<keyof Sums, number>> = {
  time: 1e6,
  tool_time: 1e6,
  run_time: 1e6,
  cost: 1e9,
};

/**
 * Whether an event belongs to a query: by tool only calls, by model only events with tokens or a
 * cost, by label only events with it.
 */
function isAsked(sample: Sample, used: readonly UsageDimension[]): boolean {
  const isMissing = (name: UsageDimension) =>
    labelOf(name) !== undefined && attributeOf(sample, name) === null;
  if (used.some(isMissing)) return false;
  if (used.includes('tool_name')) return sample.type === 'tool_call';
  if (used.includes('model') || used.includes('provider')) {
    const isMessage =
      sample.type === 'message' && (sample.role === 'assistant' || sample.cost !== undefined);
    return isMessage || (sample.type === 'tool_call' && sample.cost !== undefined);
  }
  return sample.type !== 'message' || sample.role === 'assistant' || sample.cost !== undefined;
}

function compare(row: UsageRow, list: readonly Sample[], figures: readonly UsageFigure[]): void {
  const raw = sumsOf(list);
  for (const name of Object.keys(raw) as (keyof Sums)[]) {
    const got = row[name];
    const wanted = raw[name];
    const at = `${name} of ${JSON.stringify(row.bucket_start)}`;
    if (!figures.includes(name)) expect(row, at).not.toHaveProperty(name);
    else expect(got, at).toBe(wanted === null ? null : wanted / (units[name] ?? 1));
  }
  const rate = raw.runs === 0 ? null : raw.failed_runs / raw.runs;
  if (figures.includes('run_error_rate')) expect(row.run_error_rate).toBe(rate);
}

describeWithPostgres('usage equals the sums of raw events', () => {
  let database: Database;
  withTestDatabase((opened) => {
    database = opened;
  });

  test('for every grouping, range, zone, filter and bucket, and groups add up to the whole', async () => {
    const stores = Math.ceil(questions / questionsAStore);
    let project = 0;
    const asked = fc.array(question, { minLength: questionsAStore, maxLength: questionsAStore });
    await fc.assert(
      fc.asyncProperty(store, asked, async ({ month, events }, list) => {
        // A project is a store of its own: emptying the tables took longer than the questions.
        project += 1;
        const start = Date.parse(`${month}-01T00:00:00Z`);
        await foldEvents(
          database,
          events.map((sample, index) => toEvent(start, sample, index)),
          project,
        );
        // No more at a time than there are connections: on a busy machine a long run would not get one in time.
        for (let first = 0; first < list.length; first += questionsAtOnce) {
          const some = list.slice(first, first + questionsAtOnce);
          await Promise.all(some.map((one) => check({ database, project, start, events }, one)));
        }
      }),
      { numRuns: stores, endOnFailure: true },
    );
    expect((await verify(database)).differences).toEqual([]);
  }, 3_600_000);
});

interface Store {
  readonly database: Database;
  readonly project: number;
  /** The start of its month. */
  readonly start: number;
  readonly events: readonly Sample[];
}

async function check(
  { database, project, start, events }: Store,
  asked: typeof question extends fc.Arbitrary<infer T> ? T : never,
): Promise<void> {
  const { group_by, filtered, allowed, time_zone, fill } = asked;
  const { bucket } = asked.range;
  const from = start + asked.range.from * quarter;
  const to = from + asked.range.quarters * quarter;
  const used = [...new Set([...group_by, ...filtered])];
  // An event without a label is in no total of the label.
  const given = allowed.filter((value) => value !== null);
  const filters = Object.fromEntries(
    filtered.map((name) => [name, labelOf(name) === undefined ? allowed : [...given, 'none']]),
  );
  const range = { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
  const figures = figuresBy(used);
  const { rows } = await getUsage(database, {
    ...range,
    project,
    group_by,
    filters,
    time_zone,
    bucket,
    fill,
  });
  const inRange = events.filter((sample) => {
    const at = start + sample.at * 1_000;
    const isLet = filtered.every((name) => allowed.includes(attributeOf(sample, name)));
    return at >= from && at < to && isLet && isAsked(sample, used);
  });
  // A bucket contains exactly the events between its start and the next one's.
  const starts = [...new Set(rows.map(({ bucket_start }) => bucket_start))];
  const series = await getUsage(database, {
    ...range,
    project,
    time_zone,
    bucket,
    figures: ['cost'],
  });
  const bounds = series.rows.map((row) => Date.parse(row.bucket_start ?? range.from));
  expect(bounds).toEqual([...bounds].sort((a, b) => a - b));
  let seen = 0;
  for (const row of rows) {
    const place = row.bucket_start === null ? 0 : bounds.indexOf(Date.parse(row.bucket_start));
    expect(place).toBeGreaterThanOrEqual(0);
    const [begin, end] = [bounds[place] ?? 0, bounds[place + 1] ?? Number.POSITIVE_INFINITY];
    const own = inRange.filter((sample) => {
      const at = start + sample.at * 1_000;
      const isIn = row.bucket_start === null || (at >= begin && at < end);
      return isIn && group_by.every((name) => attributeOf(sample, name) === (row[name] ?? null));
    });
    seen += own.length;
    compare(row, own, figures);
  }
  expect(seen).toBe(inRange.length);
  expect(starts.length).toBeLessThanOrEqual(Math.max(1, bounds.length));
  // Days begin at the first instant of their date.
  if (bucket === 'day') {
    const date = new Intl.DateTimeFormat('sv-SE', { timeZone: time_zone, dateStyle: 'short' });
    for (const at of bounds.slice(1)) {
      expect(
        date.format(at - 1) < date.format(at),
        `${time_zone} ${new Date(at).toISOString()}`,
      ).toBe(true);
    }
  }
}
