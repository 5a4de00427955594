import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Database, openDatabase } from '#runfold/postgres/database.js';
import { createTestDatabase, type TestDatabase } from '../../../harness/database.js';
import { foldEvents } from '../../../harness/fold-events.js';
import { describeWithPostgres } from '../../../harness/suite.js';

// Skewed: most are short, a few a thousand times as long.
const seconds = fc
  .tuple(fc.integer({ min: 0, max: 9_999 }), fc.integer({ min: 0, max: 4 }))
  .map(([digits, power]) => (digits * 10 ** power) / 1e6);
const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const event = fc.record({
  kind: fc.constantFrom('message', 'message', 'tool_call', 'run'),
  user: fc.constantFrom('ann', 'bob', undefined),
  name: fc.constantFrom('a', 'b'),
  hour: fc.nat(71),
  time: optional(seconds),
  first: optional(seconds),
  tokens: fc.nat(1_000),
  cost: optional(fc.nat(5_000)),
  fails: fc.boolean(),
});

function toEvents(list: readonly (typeof event extends fc.Arbitrary<infer T> ? T : never)[]) {
  return list.map(({ kind, user, name, hour, time, first, tokens, cost, fails }, at) => ({
    type: kind,
    id: `e-${at}`,
    run_id: `run-${at % 40}-${user}`,
    session_id: `session-${at % 20}-${user}`,
    user_id: user,
    occurred_at: new Date(Date.UTC(2026, 2, 7) + hour * 3_600_000).toISOString(),
    ...(kind === 'message' ? { role: 'assistant', model: name, provider: 'p' } : {}),
    ...(kind === 'tool_call' ? { tool_name: name, error: fails } : {}),
    metrics: {
      ...(time === undefined ? {} : { time }),
      ...(kind !== 'message' ? {} : { output_tokens: tokens }),
      ...(kind !== 'message' || first === undefined ? {} : { time_to_first_token: first }),
      ...(cost === undefined ? {} : { cost: cost / 1e9 }),
    },
  }));
}

/** Times in the log, one row each, with the names of the view. */
const raw = `select day, kind, name, count(*) as events,
    percentile_disc(array[0.5, 0.9, 0.95, 0.99]) within group (order by seconds) as exact
  from (
    select occurred_at, 'message' as kind, model as name, time as seconds from runfold.messages
      where role = 'assistant' and corrects is null
    union all select occurred_at, 'time_to_first_token', model, time_to_first_token
      from runfold.messages where role = 'assistant' and corrects is null
    union all select occurred_at, 'tool_call', tool_name, time from runfold.tool_calls
      where corrects is null
    union all select occurred_at, 'run', null, time from runfold.events
      where type = 'run' and corrects is null) t
  cross join lateral (select (occurred_at at time zone 'UTC')::date as day) d
  where seconds is not null group by day, kind, name`;

describeWithPostgres('the views on usage', () => {
  let home: TestDatabase;
  let database: Database;
  beforeAll(async () => {
    home = await createTestDatabase();
    database = openDatabase(home.url);
    const events = toEvents(fc.sample(event, { numRuns: 2_000, seed: 11 }));
    await foldEvents(database, events as never);
    const [first] = events.filter(({ type, user_id }) => type === 'message' && user_id === 'ann');
    await foldEvents(database, [
      { ...first, id: 'fix', corrects: first?.id, metrics: { output_tokens: 5, cost: 3e-9 } },
    ] as never);
  });
  afterAll(async () => {
    await database.close();
    await home.drop();
  });

  test('have quantiles within 1 % of the exact ones, of every day, kind of time and name', async () => {
    const [checked] = await database.query(
      `select count(*)::integer as rows, count(*) filter (where v.day is null or r.day is null)::integer as missing,
        count(*) filter (where v.events <> r.events)::integer as miscounted,
        count(*) filter (where exists (select from unnest(array[p50, p90, p95, p99], exact) as q(got, wanted)
          where abs(got - wanted) > 0.01 * wanted + 1e-12))::integer as beside
      from runfold.latency_quantiles v full join (${raw}) r
        on r.day = v.day and r.kind = v.kind and r.name is not distinct from v.name`,
    );
    // Three days: two models, each with two times, two tools, and runs.
    expect(checked).toEqual({ rows: 21, missing: 0, miscounted: 0, beside: 0 });
  });

  test('add up each user, corrections included', async () => {
    const users = await database.query(
      `select user_id, sessions::integer, runs::integer, assistant_messages::integer,
        tool_calls::integer, tool_errors::integer, output_tokens::integer, cost, first_started_at, last_ended_at
      from runfold.users order by user_id`,
    );
    const expected = await database.query(
      `select user_id, count(distinct session_id)::integer as sessions, count(distinct run_id)::integer as runs,
        count(*) filter (where type = 'message' and corrects is null)::integer as assistant_messages,
        count(*) filter (where type = 'tool_call')::integer as tool_calls,
        count(*) filter (where type = 'tool_call' and error)::integer as tool_errors,
        sum(output_tokens)::integer as output_tokens,
        trim_scale(sum(cost) filter (where type <> 'run')) as cost,
        min(occurred_at - make_interval(secs => coalesce(time, 0)::float8)) as first_started_at,
        max(occurred_at) as last_ended_at
      from runfold.events where user_id is not null group by user_id order by user_id`,
    );
    expect(users).toHaveLength(2);
    expect(users).toEqual(expected);
  });
});
