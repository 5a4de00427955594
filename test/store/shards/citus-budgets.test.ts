import { afterAll, beforeAll, expect, test } from 'vitest';
import { getBudget } from '#runfold/budgets/budget-standing.js';
import { createBudget } from '#runfold/budgets/budgets.js';
import { checkBudget } from '#runfold/budgets/check-budget.js';
import { type Database, openDatabase } from '#runfold/postgres/database.js';
import { verify } from '#runfold/projections/audit/verify.js';
import { checkMigrated, migrateStore } from '#runfold/store/migrate.js';
import { citusNodes, createCitusStore } from '../../../harness/citus-cluster.js';
import { describeWithCitus } from '../../../harness/citus-store.js';
import { databaseUrl } from '../../../harness/database-url.js';
import { foldEvents } from '../../../harness/fold-events.js';

const total = { measure: 'cost', window: 'total' } as const;

describeWithCitus('budgets on Citus', () => {
  let store: Awaited<ReturnType<typeof createCitusStore>>;
  let database: Database;
  beforeAll(async () => {
    store = await createCitusStore({ stripes: 4 });
    ({ database } = store);
  });
  afterAll(() => store?.drop());

  test('are checked after a migration that replaced their functions', async () => {
    await createBudget(database, { ...total, name: 'kept', scope: 'agent', limit: 1 });
    // As a migration leaves the function.
    await database.query(
      `alter function runfold_internal.budget_used_of(integer, text, text, text[], text, integer, integer) reset all`,
    );
    await expect(checkBudget(database, { agent_id: 'writer' })).rejects.toThrow('distributed plan');
    await migrateStore(database);
    const { budgets } = await checkBudget(database, { agent_id: 'writer' });
    expect(budgets).toMatchObject([{ name: 'kept', used: 0, allowed: true }]);
  });

  test('are never passed by two services that check, hold and spend at once', async () => {
    const users = ['ann', 'bob', 'cy'];
    await createBudget(database, { ...total, name: 'all', scope: 'project', limit: 3 });
    await createBudget(database, { ...total, name: 'each', scope: 'user', limit: 1.2 });
    const services = [0, 1].map(() => openDatabase(store.url, { max: 6 }));
    const highest = { used: 0, with_holds: 0 };
    let spent = 0;
    try {
      const call = async (number: number) => {
        const service = services[number % 2] as Database;
        const who = { user_id: users[number % 3] as string };
        const { allowed, hold_id, budgets } = await checkBudget(service, {
          ...who,
          estimate: { cost: 0.1 },
          hold_seconds: 600,
        });
        for (const { used, held, limit } of budgets) {
          highest.used = Math.max(highest.used, Number(used) / limit);
          if (!allowed) continue;
          highest.with_holds = Math.max(
            highest.with_holds,
            (Number(used) + Number(held) + 0.1) / limit,
          );
        }
        if (!allowed || number % 4 === 0) return allowed;
        const event = {
          ...who,
          ...{ type: 'message', role: 'assistant', run_id: `r-${number}`, hold_id },
          session_id: `s-${number}`,
          metrics: { cost: 0.1 },
        };
        spent += 1;
        await foldEvents(service, [event]);
        return allowed;
      };
      const answers = await Promise.all(Array.from({ length: 90 }, (_, number) => call(number)));
      // A check may count an event and its hold: then it refuses what would have fitted. So there may be fewer, until
      // all holds have ended.
      const more: boolean[] = [];
      for (let number = 0; number < 12; number++) more.push(await call(number));
      expect([...answers, ...more].filter(Boolean)).toHaveLength(30);
    } finally {
      for (const service of services) await service.close();
    }
    expect(highest.used).toBeLessThanOrEqual(1);
    expect(highest.with_holds).toBeCloseTo(1, 9);
    const standing = await getBudget(database, { name: 'all' });
    expect(standing?.uses).toMatchObject([
      { used: spent / 10, held: (30 - spent) / 10, remaining: 0 },
    ]);
    const [usage] = await database.query(
      'select round(sum(cost_nanos) / 1e7)::integer as cents from runfold_internal.user_usage',
    );
    expect(usage).toEqual({ cents: spent * 10 });
    const rows = await database.query(
      `select sum(used)::float8 as used from runfold.budgets where name = 'each'`,
    );
    expect(rows).toEqual([{ used: spent / 10 }]);
    expect(await verify(database)).toMatchObject({ equal: true, events: spent });
  });

  test('are checked nowhere but on the coordinator, so all locks and holds are on one server', async () => {
    const [first = ''] = citusNodes;
    const node = openDatabase(databaseUrl(first, new URL(store.url).pathname.slice(1)), { max: 2 });
    try {
      await expect(checkBudget(node, { user_id: 'ann' })).rejects.toThrow('does not exist');
      const refused = {
        code: 'not_the_coordinator',
        message: expect.stringContaining('node of a'),
      };
      await expect(checkMigrated(node)).rejects.toMatchObject(refused);
      await expect(migrateStore(node)).rejects.toMatchObject(refused);
    } finally {
      await node.close();
    }
  });
});
