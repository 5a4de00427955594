import { beforeAll, expect, test } from 'vitest';
import { createBudget } from '#runfold/budgets/budgets.js';
import { type BudgetMeasure, measuresOf } from '#runfold/budgets/functions/used-sources.js';
import type { Database } from '#runfold/postgres/database.js';
import { withTestDatabase } from '../../harness/database.js';
import { foldEvents } from '../../harness/fold-events.js';
import { randomNumbers } from '../../harness/random-numbers.js';
import { vacuumTables } from '../../harness/store-tables.js';
import { describeWithPostgres } from '../../harness/suite.js';

const quarter = 900_000;
const day = 96;
/** Midnight UTC, in quarters of an hour. */
const start = Date.parse('2026-03-01T00:00:00Z') / quarter;
const days = 40;
const events = 2_000;

const random = randomNumbers(7);
const upTo = (most: number) => Math.floor(random() * most);
const log = Array.from({ length: events }, (_, number) => {
  const at = start + upTo(days * day);
  const who = {
    user_id: `user-${upTo(3)}`,
    agent_id: `agent-${upTo(3)}`,
    team_id: `team-${upTo(2)}`,
    labels: { customer: `customer-${upTo(3)}` },
    ...{ session_id: `s-${upTo(5)}`, run_id: `r-${number}`, id: `e-${number}` },
    occurred_at: new Date(at * quarter + upTo(quarter)).toISOString(),
  };
  const cost = (1 + upTo(100)) / 100;
  const kind = upTo(3);
  if (kind === 0)
    return { ...who, type: 'tool_call', tool_name: 'search', metrics: { cost } } as const;
  if (kind === 1) return { ...who, type: 'run', status: 'completed' } as const;
  const metrics = { cost, input_tokens: 10 + upTo(10), output_tokens: 1 };
  return {
    ...who,
    type: 'message',
    role: 'assistant',
    model: `model-${upTo(2)}`,
    metrics,
  } as const;
});
type LoggedEvent = (typeof log)[number];

/** What an event adds to a measure, in stored units. */
function amountOf(event: LoggedEvent, measure: BudgetMeasure): number {
  if (measure === 'runs') return event.type === 'run' ? 1 : 0;
  if (measure === 'tool_calls') return event.type === 'tool_call' ? 1 : 0;
  if (measure === 'cost') return Math.round(('metrics' in event ? event.metrics.cost : 0) * 1e9);
  if (event.type !== 'message') return 0;
  const { input_tokens, output_tokens } = event.metrics;
  return { input_tokens, output_tokens, total_tokens: input_tokens + output_tokens }[measure];
}

const namedBy = {
  project: () => '',
  user: (event: LoggedEvent) => event.user_id,
  agent: (event: LoggedEvent) => event.agent_id,
  team: (event: LoggedEvent) => event.team_id,
  label: (event: LoggedEvent) => event.labels.customer,
  model: (event: LoggedEvent) => ('model' in event ? event.model : undefined),
};
type Scope = keyof typeof namedBy;

/** Windows from a part of a quarter of a day to all days, whose ends are anywhere. */
const windows = [
  [start, start + days * day],
  [start, 2_147_483_647],
  [start + 5, start + 6],
  [start + 5, start + 7],
  [start + 4, start + 8],
  [start + 3, start + 9],
  [start + 1, start + day - 1],
  [start + day - 1, start + 3 * day + 1],
  [start + day - 4, start + 3 * day + 4],
  [start + day - 3, start + day + 3],
  ...Array.from({ length: 5 }, () => {
    const first = start + upTo(days * day);
    return [first, first + 1 + upTo(days * day)] as const;
  }),
] as const;

/** The blocks that a statement reads. */
async function blocksOf(database: Database, text: string, values: unknown[] = []): Promise<number> {
  const [row] = await database.query<Record<string, [{ Plan: Record<string, number> }]>>(
    `explain (analyze, buffers, timing off, format json) ${text}`,
    values,
  );
  const plan = row?.['QUERY PLAN']?.[0]?.Plan;
  return Number(plan?.['Shared Hit Blocks']) + Number(plan?.['Shared Read Blocks']);
}

describeWithPostgres('the use of a budget', () => {
  let database: Database;
  withTestDatabase((opened) => {
    database = opened;
  });
  beforeAll(async () => {
    await foldEvents(database, log);
  });

  test.each(Object.keys(namedBy) as Scope[])(
    'of each %s is the sum over the events of any window',
    async (scope) => {
      const label = scope === 'label' ? 'customer' : null;
      for (const measure of measuresOf(scope)) {
        for (const [first, end] of windows) {
          const sums = new Map<string, number>();
          for (const event of log) {
            const bucket = Math.floor(Date.parse(event.occurred_at) / quarter);
            const value = namedBy[scope](event);
            if (value === undefined || bucket < first || bucket >= end) continue;
            sums.set(value, (sums.get(value) ?? 0) + amountOf(event, measure));
          }
          const expected = [...sums].filter(([, sum]) => sum !== 0).sort();
          const given = [scope, label, measure, first, end];
          const each = await database.query<{ value: string; used: string }>(
            'select * from runfold_internal.budget_used_by_value(1, $1, $2, $3, $4, $5)',
            given,
          );
          expect({
            given,
            used: each.map(({ value, used }) => [value, Number(used)]).sort(),
          }).toEqual({ given, used: expected });
          const names = [...new Set(log.map(namedBy[scope]))].filter((name) => name !== undefined);
          const some = await database.query<{ value: string; used: string }>(
            `select n.value, n.used from unnest($6::text[], runfold_internal.budget_used_of(1, $1, $2, $6, $3, $4, $5))
              n(value, used) where n.used <> 0`,
            [...given, names],
          );
          expect({
            given,
            used: some.map(({ value, used }) => [value, Number(used)]).sort(),
          }).toEqual({ given, used: expected });
        }
      }
    },
  );

  test.each([
    ['user', 'user_id', null],
    ['agent', 'agent_id', null],
    ['team', 'team_id', null],
    ['label', null, 'customer'],
  ])('over a month reads no quarters of whole hours: %s', async (scope, field, label) => {
    const busy = Array.from({ length: 30 * day }, (_, number) => ({
      ...{ type: 'message', role: 'assistant', model: 'gpt-5', id: `busy-${scope}-${number}` },
      ...{ session_id: 'busy', run_id: 'busy' },
      ...(field === null ? { labels: { customer: 'busy' } } : { [field]: 'busy' }),
      occurred_at: new Date((start + number) * quarter).toISOString(),
      metrics: { cost: 1 },
    }));
    await foldEvents(database, busy as never);
    await vacuumTables(database);
    const read = () =>
      blocksOf(database, `select runfold_internal.budget_used(1, $1, $2, 'busy', 'cost', $3, $4)`, [
        scope,
        label,
        start,
        start + 30 * day,
      ]);
    // The first call of a connection also reads the catalog.
    await read();
    const blocks = await read();
    // An index descent for each of 720 hours, or some pages of 30 days. Quarters would be four times as many.
    expect(blocks).toBeLessThan(field === 'user_id' || field === null ? 200 : 720 * 5);
  });

  test('is looked up among thousands of users', async () => {
    const early = Array.from({ length: 3_000 }, (_, number) => ({
      ...{ type: 'message', role: 'assistant', model: 'gpt-5', id: `early-${number}` },
      ...{ session_id: 'early', run_id: 'early', user_id: `early-${number}` },
      occurred_at: '2026-02-01T00:00:00Z',
      metrics: { cost: 1 },
    }));
    await foldEvents(database, early as never);
    await database.query('analyze');
    const window = { window: 'total', from: '2026-01-01T00:00:00Z' } as const;
    const budget = { name: 'users', scope: 'user', measure: 'cost', limit: 1 } as const;
    await createBudget(database, { ...window, ...budget });
    const read = () =>
      blocksOf(
        database,
        `select * from runfold_internal.budget_decisions(1, '{{early-7},{null},{null},{null},{null},{null}}', '{null}',
          '{{1},{0},{0},{0},{0},{0}}', '{f}', '{null}', '{null}')`,
      );
    await read();
    // The budget, an index descent and a row, and the holds.
    expect(await read()).toBeLessThan(30);
  });
});
