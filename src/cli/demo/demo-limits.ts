import type { NewRule } from '../../alerts/new-rule.js';
import { createRule, listRules } from '../../alerts/rules.js';
import { createBudget } from '../../budgets/budgets.js';
import type { Database } from '../../postgres/database.js';

/**
 * Creates the demo's budgets and alert rules. Some fire whatever the day is. The rules have no channel, because a
 * channel needs `RUNFOLD_SECRET_KEY`; they are listed on the page and by `runfold alerts history`. Those that an
 * interrupted demo has created stay.
 */
export async function createDemoLimits(database: Database, from: Date): Promise<void> {
  const spend = {
    measure: 'cost',
    window: 'rolling 28d',
    from: from.toISOString(),
    replace: true,
  } as const;
  await createBudget(database, { ...spend, name: 'all-agents', scope: 'project', limit: 30 });
  await createBudget(database, {
    ...spend,
    name: 'customers',
    scope: 'label',
    label: 'customer',
    limit: 8,
    stop: false,
  });
  const rules: readonly NewRule[] = [
    { kind: 'budget', name: 'spend' },
    {
      kind: 'error_rate',
      name: 'tools-that-fail',
      of: 'tool',
      above: 0.15,
      window_minutes: 7 * 24 * 60,
    },
  ];
  const there = new Set((await listRules(database)).map(({ name }) => name));
  for (const rule of rules) if (!there.has(rule.name)) await createRule(database, rule);
}
