import { readCheck } from '#runfold/budgets/asked-check.js';
import { openLooks } from '#runfold/budgets/looks.js';
import { openDatabase } from '#runfold/postgres/database.js';
import { cpuOf } from '../../harness/measure.js';

/** CPU of Postgres, in microseconds; NaN if it is not on this machine. */
export interface BudgetCost {
  readonly name: string;
  readonly us: number;
}

/** How many checks one statement makes. */
const groups = [1, 5, 20];
const month = 30 * 96;

/** The CPU per check of statements that make several checks each, with the budgets that the store has. */
export function groupCosts(url: string, statements: number): Promise<BudgetCost[]> {
  return withCost(url, async (database, costOf) => {
    const costs: BudgetCost[] = [];
    const ask = openLooks(database, 1);
    for (const size of groups) {
      const checks = await Promise.all(
        Array.from({ length: size }, (_, number) =>
          readCheck({
            user_id: `user-${number}`,
            model: 'gpt-5-mini',
            estimate: { cost: 0.01 },
          }),
        ),
      );
      const us = await costOf(statements, () => ask(checks));
      costs.push({ name: `${size} at a time`, us: us / size });
    }
    return costs;
  });
}

/** The CPU to read what a month of one value of a scope used, in a store with the events of the workload. */
export function windowCosts(url: string, reads: number): Promise<BudgetCost[]> {
  return withCost(url, async (database, costOf) => {
    const first = Date.UTC(2026, 0, 6) / 900_000;
    const values = {
      user: 'user-7',
      agent: 'agent-7',
      model: 'gpt-5-mini',
      project: '',
    };
    const costs: BudgetCost[] = [];
    for (const [scope, value] of Object.entries(values)) {
      // Not at midnight, so that the ends are read by hours or quarters.
      const given = [scope, value, first + 5, first + 5 + month];
      const us = await costOf(reads, () =>
        database.query(
          `select runfold_internal.budget_used(1, $1, null, $2, 'cost', $3, $4)`,
          given,
        ),
      );
      costs.push({ name: scope, us });
    }
    return costs;
  });
}

type CostOf = (times: number, run: () => Promise<unknown>) => Promise<number>;

/** Runs `work` with a single connection, and a measure of its process's CPU per run. */
async function withCost<T>(
  url: string,
  work: (database: ReturnType<typeof openDatabase>, costOf: CostOf) => Promise<T>,
): Promise<T> {
  const database = openDatabase(url, { max: 1 });
  try {
    const [row] = await database.query<{ pid: number }>('select pg_backend_pid() as pid');
    const pid = row?.pid ?? 0;
    return await work(database, async (times, run) => {
      // The first runs prepare plans.
      for (let time = 0; time < Math.min(20, times); time++) await run();
      const before = cpuOf(pid);
      for (let time = 0; time < times; time++) await run();
      return ((cpuOf(pid) - before) * 1e6) / times;
    });
  } finally {
    await database.close();
  }
}
