import { beforeAll, expect, test } from 'vitest';
import { askBudgets } from '#runfold/budgets/ask-budgets.js';
import {
  type AskedCheck,
  type BudgetCheckOptions,
  readCheck,
} from '#runfold/budgets/asked-check.js';
import { createBudget, dropBudget } from '#runfold/budgets/budgets.js';
import { budgetScopes, measuresOf } from '#runfold/budgets/functions/used-sources.js';
import { openLooks } from '#runfold/budgets/looks.js';
import type { Database } from '#runfold/postgres/database.js';
import { withTestDatabase } from '../../harness/database.js';
import { foldEvents } from '../../harness/fold-events.js';
import { randomNumbers } from '../../harness/random-numbers.js';
import { describeWithPostgres } from '../../harness/suite.js';

const random = randomNumbers(11);
const upTo = (most: number) => Math.floor(random() * most);
const one = <T>(of: readonly T[]): T => of[upTo(of.length)] as T;
const dayMs = 86_400_000;

const who = () => ({
  user_id: `user-${upTo(3)}`,
  agent_id: `agent-${upTo(3)}`,
  team_id: `team-${upTo(2)}`,
  session_id: `session-${upTo(4)}`,
});
const customer = () => ({ customer: `customer-${upTo(3)}`, constructor: `builder-${upTo(2)}` });

/** Events of the last forty days, most of them of the last hours. */
const log = Array.from({ length: 1_500 }, (_, number) => {
  const ago = random() ** 4 * 40 * dayMs;
  const common = {
    ...who(),
    labels: customer(),
    id: `e-${number}`,
    run_id: `run-${upTo(20)}`,
    occurred_at: new Date(Date.now() - ago).toISOString(),
  };
  const kind = upTo(3);
  const metrics = { cost: (1 + upTo(100)) / 100 };
  if (kind === 0) return { ...common, type: 'tool_call', tool_name: 'search', metrics };
  if (kind === 1) return { ...common, run_id: `ended-${number}`, type: 'run', status: 'completed' };
  const tokens = { input_tokens: 10 + upTo(10), output_tokens: 1 };
  const model = { model: `model-${upTo(2)}` };
  return {
    ...common,
    ...model,
    type: 'message',
    role: 'assistant',
    metrics: { ...metrics, ...tokens },
  };
});

/** A budget of every scope and measure in windows of every kind, some of one value. */
const budgets = budgetScopes.flatMap((scope) =>
  measuresOf(scope).flatMap((measure, at) => {
    const isWhole = scope === 'session' || scope === 'run';
    const all = ['hour', 'day', 'week', 'month', 'total', 'rolling 1h', 'rolling 3d'];
    const some = all.filter((_, number) => measure === 'cost' || number % 4 === at % 4);
    const windows = isWhole ? ['total'] : some;
    const values = { user: 'user-1', model: 'model-0', label: 'customer-2', session: 'session-3' };
    return windows.map((window, number) => ({
      name: `${scope}-${measure.replaceAll('_', '-')}-${number}`,
      ...{ scope, measure, window },
      ...(scope === 'label' ? { label: at === 1 ? 'constructor' : 'customer' } : {}),
      ...(number === 1 && scope in values && at !== 1
        ? { value: values[scope as keyof typeof values] }
        : {}),
      limit: measure === 'cost' ? 1 + upTo(80) : 1 + upTo(600),
      time_zone: one(['UTC', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe']),
      stop: upTo(4) > 0,
      from: new Date(Date.now() - one([50, 20, 1]) * dayMs).toISOString(),
    }));
  }),
);

const check = (): Promise<AskedCheck> => {
  const named: BudgetCheckOptions = {
    ...who(),
    run_id: `run-${upTo(20)}`,
    model: one(['model-0', 'model-1', 'other']),
    ...(upTo(3) === 0 ? {} : { labels: customer() }),
    estimate: one([
      {},
      { cost: 0 },
      { cost: upTo(30), tokens: upTo(300), runs: 1, tool_calls: upTo(20) },
    ]),
  };
  if (upTo(3) === 0) delete named.user_id;
  return readCheck(named);
};

describeWithPostgres('checks without holds', () => {
  let database: Database;
  let look: ReturnType<typeof openLooks>;
  withTestDatabase((opened) => {
    database = opened;
    look = openLooks(database, 1);
  });
  beforeAll(async () => {
    await foldEvents(database, log as never);
    for (const budget of budgets) await createBudget(database, budget as never);
    // One that lasts and one that has ended, for a value of every budget.
    await database.query(
      `insert into runfold_internal.budget_hold (project, hold_id, budget_id, value, amount, expires_at)
        select 1, 'hold-' || n || '-' || b.id, b.id, coalesce(b.value, case b.scope when 'project' then '' when 'label' then 'customer-1'
          else b.scope || '-1' end), 3, now() + n * interval '1 hour' from runfold_internal.budget b, unnest(array[-1, 1]) n`,
    );
  });

  test('decide as the function of the store does', async () => {
    for (const size of [1, 1, 2, 7, 20]) {
      const checks = await Promise.all(Array.from({ length: size }, check));
      const expected = await askBudgets(database, 1, checks);
      expect(expected.flatMap((answer) => answer.budgets).some(({ held }) => (held ?? 0) > 0)).toBe(
        true,
      );
      // A window of the function may have ended meanwhile.
      const looked = await look(checks);
      const again = await askBudgets(database, 1, checks);
      expect([expected, again]).toContainEqual(looked);
    }
  });

  test('make one statement, also while windows and budgets stay', async () => {
    const checks = [await check()];
    const texts: string[] = [];
    const counted = openLooks(
      {
        ...database,
        query: (text, values) => {
          texts.push(text);
          return database.query(text, values);
        },
      },
      1,
    );
    await counted(checks);
    const before = texts.length;
    await counted(checks);
    expect(before).toBe(1);
    expect(texts).toHaveLength(1);
  });

  test('see every change of a budget at once, and when one begins', async () => {
    const alone = openLooks(database, 2);
    const checks = [await readCheck({ user_id: 'user-1' })];
    const names = async () =>
      (await alone(checks)).flatMap((said) => said.budgets.map(({ name, limit }) => [name, limit]));
    const budget = {
      name: 'b',
      scope: 'user',
      measure: 'cost',
      window: 'total',
      project: 2,
    } as const;
    expect(await names()).toEqual([]);
    await createBudget(database, { ...budget, limit: 1 });
    expect(await names()).toEqual([['b', 1]]);
    await createBudget(database, { ...budget, limit: 2, replace: true });
    expect(await names()).toEqual([['b', 2]]);
    await createBudget(database, { ...budget, name: 'a', limit: 3 });
    expect(await names()).toEqual([
      ['a', 3],
      ['b', 2],
    ]);
    await dropBudget(database, { project: 2, name: 'b' });
    expect(await names()).toEqual([['a', 3]]);
    await database.query(
      `update runfold_internal.budget set from_at = clock_timestamp() + interval '400 milliseconds' where project = 2`,
    );
    expect(await names()).toEqual([]);
    await expect.poll(names).toEqual([['a', 3]]);
  });
});
