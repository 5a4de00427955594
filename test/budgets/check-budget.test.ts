import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BudgetExistsError, InvalidBudgetError } from '#runfold/budgets/budget-errors.js';
import { createBudgetGate } from '#runfold/budgets/budget-gate.js';
import { getBudget } from '#runfold/budgets/budget-standing.js';
import { createBudget, dropBudget, listBudgets } from '#runfold/budgets/budgets.js';
import { checkBudget, releaseHold } from '#runfold/budgets/check-budget.js';
import { budgetScopes, measuresOf } from '#runfold/budgets/functions/used-sources.js';
import { type NewBudget, rollingQuarters } from '#runfold/budgets/new-budget.js';
import { type Database, openDatabase } from '#runfold/postgres/database.js';
import { setPriceOverride } from '#runfold/pricing/price-overrides.js';
import { createTestDatabase, type TestDatabase } from '../../harness/database.js';
import { foldEvents } from '../../harness/fold-events.js';
import { describeWithPostgres } from '../../harness/suite.js';
import { openTcpProxy } from '../../harness/tcp-proxy.js';

const message = (cost: number, more: object = {}) => ({
  type: 'message',
  role: 'assistant',
  run_id: 'r-1',
  session_id: 's-1',
  user_id: 'ann',
  agent_id: 'writer',
  team_id: 'team',
  model: 'm-1',
  metrics: { input_tokens: 100, output_tokens: 20, cost },
  ...more,
});
const daily = { measure: 'cost', limit: 5, window: 'day' } as const;

describe('a window that rolls', () => {
  test('has an hour to ninety days in steps of a quarter of an hour', () => {
    const given = ['1h', '60m', '75m', '90d', '24h', '45m', '91d', '61m', '0h', '1w', '1.5h'];
    expect(given.map((text) => rollingQuarters(`rolling ${text}`))).toEqual([
      4,
      4,
      5,
      8640,
      96,
      ...Array(6).fill(undefined),
    ]);
  });
});

describeWithPostgres('budgets', () => {
  let home: TestDatabase;
  let url = '';
  let database: Database;
  let projects = 10;
  beforeAll(async () => {
    home = await createTestDatabase();
    url = home.url;
    database = openDatabase(url);
  });
  afterAll(async () => {
    await database.close();
    await home.drop();
  });
  /** A new project with a budget. */
  const withBudget = async (budget: Omit<NewBudget, 'name'>) => {
    projects += 1;
    await createBudget(database, { name: 'cap', ...budget, project: projects });
    return projects;
  };

  test('find holds by their index with a plan from before there were any', async () => {
    const project = await withBudget({ scope: 'user', ...daily, limit: 1_000 });
    const check = { user_id: 'ann', estimate: { cost: 0.01 }, hold_seconds: 60 } as const;
    // One connection, which keeps its plans.
    const own = openDatabase(url, { max: 1 });
    try {
      // The size that Postgres knows of an empty table, until the next vacuum.
      await own.query('vacuum runfold_internal.budget_hold');
      const { hold_id } = await checkBudget(own, { ...check, project });
      await releaseHold(own, { project, hold_id: hold_id ?? '' });
      await own.query(
        `insert into runfold_internal.budget_hold (project, hold_id, budget_id, value, amount, expires_at)
        select $1, 'other-' || n, b.id, 'user-' || n, 1, now() + interval '1 hour'
        from runfold_internal.budget b, generate_series(1, 2000) n where b.project = $1`,
        [project],
      );
      await own.query('begin');
      const held = await checkBudget(own, { ...check, project });
      const freed = await releaseHold(own, { project, hold_id: held.hold_id ?? '' });
      const [read] = await own.query<{ rows: number }>(
        `select (seq_tup_read + coalesce(idx_tup_fetch, 0))::integer as rows from pg_stat_xact_user_tables
        where relname = 'budget_hold'`,
      );
      await own.query('rollback');
      expect(freed).toEqual({ released: true });
      expect(read?.rows).toBeLessThan(10);
    } finally {
      await own.close();
      await database.query('delete from runfold_internal.budget_hold where project = $1', [
        project,
      ]);
    }
  });

  test('are made, listed and dropped, and say what is wrong with one', async () => {
    const project = await withBudget({ scope: 'user', ...daily });
    const [budget] = await listBudgets(database, { project });
    expect(budget).toMatchObject({
      name: 'cap',
      project,
      scope: 'user',
      value: null,
      measure: 'cost',
      limit: 5,
      window: 'day',
      time_zone: 'UTC',
      at: [50, 80, 100],
      stop: true,
      when_unknown: 'allow',
    });
    const again = { name: 'cap', scope: 'project', ...daily, project } as const;
    await expect(createBudget(database, again)).rejects.toBeInstanceOf(BudgetExistsError);
    const replaced = await createBudget(database, {
      ...again,
      limit: 7.25,
      window: 'rolling 36h',
      replace: true,
    });
    expect(replaced).toMatchObject({ scope: 'project', limit: 7.25, window: 'rolling 36h' });
    expect(replaced.from).toBe(budget?.from);
    expect(await dropBudget(database, { project, name: 'cap' })).toMatchObject({ name: 'cap' });
    expect(await dropBudget(database, { project, name: 'cap' })).toBeUndefined();
    expect(await listBudgets(database, { project })).toEqual([]);
  });

  test.each([
    [{ scope: 'planet' }, 'scope: expected one of project, model, user'],
    [{ limit: 0 }, 'limit: expected a number above 0'],
    [{ measure: 'runs', limit: 1.5 }, 'limit: expected a number above 0'],
    [{ scope: 'model', measure: 'runs' }, 'measure: expected one that is stored by model'],
    [{ window: 'fortnight' }, 'window: expected hour, day, week'],
    [{ window: 'rolling 10m' }, 'window: expected hour, day, week'],
    [{ scope: 'session', window: 'day' }, 'window: expected total, because a session'],
    [{ time_zone: 'Mars/Olympus' }, 'time_zone: expected an IANA time zone'],
    [{ time_zone: '+02:00' }, 'time_zone: expected an IANA time zone'],
    [{ name: 'check' }, 'name: expected a name other than check'],
    [{ at: [0] }, 'at.0: expected shares of the limit'],
    [{ at: [33.3333] }, 'at.0: expected shares of the limit'],
    [{ at: [1001] }, 'at.0: expected shares of the limit'],
    [{ at: Array(11).fill(50) }, 'at: expected shares of the limit'],
    [{ measure: 'runs', limit: 0 }, 'limit: expected a number above 0'],
    [{ measure: 'runs', limit: 9e15 + 2 }, 'limit: expected a number above 0'],
    [{ limit: 1e9 + 1 }, 'limit: expected a number above 0'],
    [{ limit: 1e-10 }, 'limit: expected a number above 0, of dollars from 0.000000001'],
    [{ from: 'yesterday' }, 'from: expected an RFC 3339 time'],
    [{ scope: 'project', value: 'x' }, 'value: expected none for the whole project'],
    [{ scope: 'label' }, 'label: expected'],
    [{ label: 'x' }, 'label: expected none'],
    [{ colour: 'red' }, 'colour: expected no such field'],
  ])('refuse %j', async (change, text) => {
    const budget = { name: 'wrong', scope: 'user', ...daily, ...change } as NewBudget;
    const made = createBudget(database, budget);
    await expect(made).rejects.toBeInstanceOf(InvalidBudgetError);
    await expect(made).rejects.toThrow(text);
  });

  test.each(
    budgetScopes.flatMap((scope) => measuresOf(scope).map((measure) => ({ scope, measure }))),
  )('of $scope count $measure as the totals do', async ({ scope, measure }) => {
    const window = scope === 'session' || scope === 'run' ? 'total' : 'day';
    const project = await withBudget({
      scope,
      measure,
      limit: 1000,
      window,
      ...(scope === 'label' ? { label: 'customer' } : {}),
    });
    const tool = { type: 'tool_call', tool_name: 'search', metrics: { cost: 0.25 } };
    const end = { type: 'run', status: 'completed' };
    const common = {
      run_id: 'r-1',
      session_id: 's-1',
      user_id: 'ann',
      agent_id: 'writer',
      team_id: 'team',
      labels: { customer: 'acme', release: '7' },
    };
    await foldEvents(
      database,
      [
        message(1, common),
        message(2, common),
        { ...tool, ...common },
        { ...end, ...common },
        { ...end, ...common, status: 'paused' },
        message(4, {
          user_id: 'bob',
          agent_id: 'critic',
          team_id: 'other',
          model: 'm-2',
          session_id: 's-2',
          run_id: 'r-2',
        }),
      ],
      project,
    );
    const labels = { customer: 'acme', release: '8' };
    const who = { user_id: 'ann', agent_id: 'writer', team_id: 'team', model: 'm-1', labels };
    const { budgets } = await checkBudget(database, {
      project,
      ...who,
      session_id: 's-1',
      run_id: 'r-1',
    });
    const all = scope === 'project';
    const expected = {
      cost: scope === 'model' ? 3 : all ? 7.25 : 3.25,
      total_tokens: all ? 360 : 240,
      input_tokens: all ? 300 : 200,
      output_tokens: all ? 60 : 40,
      // A session counts its runs, not their ends.
      runs: 1,
      tool_calls: 1,
    }[measure];
    expect(budgets).toMatchObject([{ used: expected, held: 0, remaining: 1000 - expected }]);
    const standing = await getBudget(database, { project, name: 'cap' });
    const mine = standing?.uses.find(({ value }) => value === budgets[0]?.value);
    expect(mine).toMatchObject({ used: expected });
    const [view] = await database.query<{ used: string }>(
      `select used::float8 from runfold.budgets where project = $1 and value is not distinct from $2`,
      [project, budgets[0]?.value ?? null],
    );
    expect(view).toEqual({ used: expected });
  });

  test('have a say only in what they limit', async () => {
    const project = await withBudget({ scope: 'user', value: 'ann', ...daily });
    await createBudget(database, { name: 'each-model', scope: 'model', ...daily, project });
    const named = async (who: object) =>
      (await checkBudget(database, { project, ...who })).budgets.map(({ name, value }) => [
        name,
        value,
      ]);
    expect(await named({})).toEqual([]);
    expect(await named({ user_id: 'bob' })).toEqual([]);
    expect(await named({ user_id: 'ann', model: 'm-9' })).toEqual([
      ['cap', 'ann'],
      ['each-model', 'm-9'],
    ]);
  });

  test('stop at the limit, with an estimate and without', async () => {
    const project = await withBudget({ scope: 'agent', ...daily });
    const ask = (cost?: number) =>
      checkBudget(database, { project, agent_id: 'writer', estimate: { cost } });
    expect((await ask()).allowed).toBe(true);
    expect((await ask(5)).allowed).toBe(true);
    expect((await ask(5.000000001)).allowed).toBe(false);
    await foldEvents(database, [message(4.5)], project);
    expect((await ask(0.5)).allowed).toBe(true);
    expect((await ask(0.6)).allowed).toBe(false);
    await foldEvents(database, [message(0.5)], project);
    expect(await ask()).toMatchObject({ allowed: false, budgets: [{ remaining: 0 }] });
  });

  test('that only tell refuse nothing', async () => {
    const project = await withBudget({ scope: 'agent', ...daily, stop: false });
    await foldEvents(database, [message(9)], project);
    const answer = await checkBudget(database, { project, agent_id: 'writer' });
    expect(answer).toMatchObject({ allowed: true, budgets: [{ used: 9, allowed: true }] });
  });

  test('in dollars never refuse what is free', async () => {
    const project = await withBudget({ scope: 'agent', ...daily });
    await setPriceOverride(database, { project, model: 'local', input: 0, output: 0 });
    await foldEvents(database, [message(9)], project);
    const gate = createBudgetGate(database);
    const ask = (more: object) => gate.check({ agent_id: 'writer', ...more }, project);
    expect((await ask({ model: 'local' })).allowed).toBe(true);
    expect((await ask({ estimate: { cost: 0 } })).allowed).toBe(true);
    expect((await ask({ model: 'gpt-4o' })).allowed).toBe(false);
    await createBudget(database, {
      name: 'tokens',
      scope: 'agent',
      measure: 'total_tokens',
      limit: 100,
      window: 'day',
      project,
    });
    expect((await ask({ model: 'local' })).allowed).toBe(false);
  });

  test('hold by the price of the tokens that are expected', async () => {
    const project = await withBudget({ scope: 'agent', ...daily });
    await setPriceOverride(database, { project, model: 'dear', input: 1, output: 2 });
    const gate = createBudgetGate(database);
    const estimate = { input_tokens: 1_000_000, output_tokens: 500_000 };
    const first = await gate.check(
      { agent_id: 'writer', model: 'dear', estimate, hold_seconds: 60 },
      project,
    );
    expect(first.hold_id).not.toBeNull();
    const { budgets } = await gate.check({ agent_id: 'writer' }, project);
    expect(budgets).toMatchObject([{ held: 2, remaining: 3 }]);
  });

  test('are held until the event that names the hold is in the log', async () => {
    const project = await withBudget({ scope: 'agent', ...daily });
    const hold = () =>
      checkBudget(database, {
        project,
        agent_id: 'writer',
        estimate: { cost: 3 },
        hold_seconds: 60,
      });
    const first = await hold();
    expect(first.allowed).toBe(true);
    expect(await hold()).toMatchObject({ allowed: false, hold_id: null, budgets: [{ held: 3 }] });
    await foldEvents(database, [message(2, { hold_id: first.hold_id })], project);
    const second = await hold();
    expect(second).toMatchObject({ allowed: true, budgets: [{ used: 2, held: 0 }] });
    expect(await getBudget(database, { project, name: 'cap' })).toMatchObject({
      uses: [{ value: 'writer', used: 2, held: 3, remaining: 0 }],
      holds: [{ hold_id: second.hold_id, value: 'writer', amount: 3 }],
    });
    const release = { project, hold_id: String(second.hold_id) };
    expect(await releaseHold(database, { ...release, project: 1 })).toEqual({ released: false });
    expect(await releaseHold(database, release)).toEqual({ released: true });
    expect(await releaseHold(database, release)).toEqual({ released: false });
    // Without its hold, the event still counts.
    await foldEvents(database, [message(1, { hold_id: second.hold_id })], project);
    expect((await hold()).budgets).toMatchObject([{ used: 3, held: 0, allowed: false }]);
  });

  test('that are replaced free the holds of what they no longer limit', async () => {
    const project = await withBudget({ scope: 'agent', ...daily });
    const hold = (agent_id: string) =>
      checkBudget(database, { project, agent_id, estimate: { cost: 2 }, hold_seconds: 60 });
    await hold('writer');
    await hold('critic');
    const replace = async (change: Partial<NewBudget>) => {
      const budget = { name: 'cap', scope: 'agent', ...daily, ...change, project, replace: true };
      await createBudget(database, budget as NewBudget);
      const standing = await getBudget(database, { project, name: 'cap' });
      return standing?.uses.map(({ value, held }) => [value, held]);
    };
    expect(await replace({ limit: 6 })).toEqual([
      ['critic', 2],
      ['writer', 2],
    ]);
    expect(await replace({ value: 'writer' })).toEqual([['writer', 2]]);
    // A hold of two dollars is not one of two thousand million tokens.
    expect(await replace({ measure: 'total_tokens', limit: 100 })).toEqual([]);
  });

  test('free what has expired', async () => {
    const project = await withBudget({ scope: 'agent', ...daily });
    const options = { agent_id: 'writer', estimate: { cost: 4 }, hold_seconds: 60 };
    const { hold_id } = await checkBudget(database, { ...options, project });
    const left = () =>
      database.query('select from runfold_internal.budget_hold where hold_id = $1', [hold_id]);
    await database.query(
      `update runfold_internal.budget_hold set expires_at = clock_timestamp() where hold_id = $1`,
      [hold_id],
    );
    expect(await getBudget(database, { project, name: 'cap' })).toMatchObject({ holds: [] });
    expect(await left()).toHaveLength(1);
    expect(await createBudgetGate(database).check(options, project)).toMatchObject({
      allowed: true,
    });
    await expect.poll(left).toEqual([]);
  });

  test('judge checks that arrive together one after the other, in one statement', async () => {
    const project = await withBudget({ scope: 'agent', ...daily });
    await createBudget(database, { name: 'users', scope: 'user', ...daily, limit: 2, project });
    await createBudget(database, {
      name: 'told',
      scope: 'project',
      ...daily,
      limit: 1,
      stop: false,
      project,
    });
    const statements: string[] = [];
    const counted: Database = {
      ...database,
      pool: Object.assign(Object.create(database.pool), {
        query(statement: { readonly text: string }) {
          statements.push(statement.text);
          return database.pool.query(statement);
        },
      }),
    };
    const gate = createBudgetGate(counted);
    const ask = (user_id: string, cost: number) =>
      gate.check({ agent_id: 'writer', user_id, estimate: { cost }, hold_seconds: 60 }, project);
    // The first is sent alone, and the others while it is in flight.
    const answers = await Promise.all([
      ask('ann', 1),
      ask('ann', 1),
      ask('ann', 0.5),
      ask('bob', 2),
      ask('cy', 1.5),
      ask('cy', 1),
      ask('cy', 0.000_000_001),
    ]);
    expect(statements).toHaveLength(2);
    // Bob's fits exactly. A refused check holds nothing, so the next one may fit.
    expect(
      answers.map(({ allowed, budgets }) => [allowed, ...budgets.map(({ held }) => held)]),
    ).toEqual([
      [true, 0, 0, 0],
      [true, 1, 1, 1],
      [false, 2, 2, 2],
      [true, 2, 2, 0],
      [false, 4, 4, 0],
      [true, 4, 4, 0],
      [false, 5, 5, 1],
    ]);
    const ids = answers.flatMap(({ hold_id }) => (hold_id === null ? [] : [hold_id]));
    expect(new Set(ids).size).toBe(4);
    const released = await Promise.all(
      [...ids, String(ids[0]), 'no-such'].map((hold_id) => gate.release({ hold_id }, project)),
    );
    expect(released.map((one) => one.released)).toEqual([true, true, true, true, false, false]);
    expect(statements).toHaveLength(4);
    expect(await getBudget(database, { project, name: 'cap' })).toMatchObject({ holds: [] });
  });

  test('let one of many that ask at once take the last of it', async () => {
    const project = await withBudget({ scope: 'agent', ...daily });
    const many = openDatabase(url, { max: 12 });
    try {
      const answers = await Promise.all(
        Array.from({ length: 60 }, () =>
          checkBudget(many, {
            project,
            agent_id: 'writer',
            estimate: { cost: 0.5 },
            hold_seconds: 60,
          }),
        ),
      );
      expect(answers.filter(({ allowed }) => allowed)).toHaveLength(10);
    } finally {
      await many.close();
    }
  });

  test('say what they were told to say while the database is away', async () => {
    const project = await withBudget({ scope: 'agent', ...daily, when_unknown: 'refuse' });
    await createBudget(database, { name: 'lenient', scope: 'user', ...daily, project });
    const strict = { ...daily, when_unknown: 'refuse' as const, project };
    // It does not count yet.
    const from = new Date(Date.now() + 86_400_000).toISOString();
    await createBudget(database, { ...strict, name: 'later', scope: 'agent', from });
    await createBudget(database, { ...strict, name: 'by', scope: 'label', label: 'constructor' });
    const proxy = await openTcpProxy(url, 5432);
    const away = openDatabase(proxy.url);
    const gate = createBudgetGate(away);
    await gate.check({ agent_id: 'writer' }, project);
    await expect.poll(() => gate.check({}, project)).toMatchObject({ is_unknown: false });
    await proxy.cut();
    const labels = { feature: 'search' };
    const refused = gate.check({ agent_id: 'writer', user_id: 'ann', labels }, project);
    expect(await refused).toMatchObject({
      allowed: false,
      is_unknown: true,
      hold_id: null,
      budgets: [
        { name: 'cap', value: 'writer', used: null, allowed: false },
        { name: 'lenient', value: 'ann', allowed: true },
      ],
    });
    expect(await gate.check({ user_id: 'ann' }, project)).toMatchObject({ allowed: true });
    // A gate that has read no budgets does not know what they were told.
    const fresh = createBudgetGate(away);
    const unknown = { is_unknown: true, hold_id: null, budgets: [] };
    expect(await fresh.check({ agent_id: 'writer' }, project)).toEqual({
      ...unknown,
      allowed: true,
    });
    const careful = { agent_id: 'writer', when_unreachable: 'refuse' } as const;
    expect(await fresh.check(careful, project)).toEqual({ ...unknown, allowed: false });
    // Budgets that are known decide, not the caller.
    const lenient = { user_id: 'ann', when_unreachable: 'refuse' } as const;
    expect(await gate.check(lenient, project)).toMatchObject({ allowed: true });
    await proxy.restore();
    expect(await gate.check({ user_id: 'ann' }, project)).toMatchObject({ is_unknown: false });
    expect(await fresh.check(careful, project)).toMatchObject({ allowed: true, is_unknown: false });
    await away.close();
    await proxy.close();
  });

  test.each([
    ['42501', 'permission denied for function check_budgets', 'rights_missing'],
    ['3F000', 'schema "runfold_internal" does not exist', 'migrations_missing'],
    ['28P01', 'password authentication failed for user "agent"', 'database_refused'],
    ['3D000', 'database "agents" does not exist', 'database_missing'],
  ])('throws where only a person can help: %s', async (code, text, reason) => {
    const project = await withBudget({ scope: 'agent', ...daily, when_unknown: 'allow' });
    let fails = false;
    const broken: Database = {
      ...database,
      shares_session: true,
      async query<Row extends object>(sql: string, values?: unknown[]) {
        if (fails) throw Object.assign(new Error(text), { code });
        return database.query<Row>(sql, values);
      },
    };
    const knows = createBudgetGate(broken);
    await knows.check({ agent_id: 'writer' }, project);
    const isKnown = async () => (await knows.check({ agent_id: 'writer' }, project)).is_unknown;
    await expect.poll(isKnown).toBe(false);
    fails = true;
    for (const gate of [knows, createBudgetGate(broken)]) {
      const checks = [{}, { hold_seconds: 60 }].map((more) =>
        gate.check({ agent_id: 'writer', when_unreachable: 'allow', ...more }, project),
      );
      for (const check of checks) await expect(check).rejects.toMatchObject({ code: reason });
    }
    fails = false;
    expect(await knows.check({ agent_id: 'writer' }, project)).toMatchObject({ is_unknown: false });
  });
});
