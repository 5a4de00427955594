import { expect, test } from 'vitest';
import { evaluate } from '#runfold/alerts/evaluate.js';
import { listAlertHistory } from '#runfold/alerts/history.js';
import { listRules } from '#runfold/alerts/rules.js';
import { getBudget } from '#runfold/budgets/budget-standing.js';
import { createDemoLimits } from '#runfold/cli/demo/demo-limits.js';
import { createWorkload } from '#runfold/cli/demo/workload.js';
import type { Database } from '#runfold/postgres/database.js';
import { withTestDatabase } from '../../harness/database.js';
import { foldEvents } from '../../harness/fold-events.js';
import { describeWithPostgres } from '../../harness/suite.js';

describeWithPostgres('the budgets and rules of the demo', () => {
  let database: Database;
  withTestDatabase((opened) => {
    database = opened;
  });

  test('have something to show', async () => {
    const now = Date.now();
    const from = new Date(now - 56 * 86_400_000);
    // As `runfold up --demo` makes it, without what no budget and no rule looks at any more.
    const deliveries = createWorkload(16_000, 1, now, 56).deliveries.filter(
      ({ occurred_at }) => Date.parse(String(occurred_at)) > now - 27 * 86_400_000,
    );
    for (let at = 0; at < deliveries.length; at += 4_000) {
      await foldEvents(database, deliveries.slice(at, at + 4_000));
    }
    await createDemoLimits(database, from);
    await evaluate(database, async () => undefined);
    const firing = (await listRules(database)).map((rule) => [rule.name, rule.firing > 0]);
    expect(firing).toEqual([
      ['spend', true],
      ['tools-that-fail', true],
    ]);
    const { items: history } = await listAlertHistory(database);
    const told = history.map(({ data, deliveries: sent }) => {
      expect(sent).toEqual([]);
      return `${data.rule} ${data.value} ${data.share}`;
    });
    expect(told).toEqual(
      expect.arrayContaining(['spend acme 50', 'spend null 50', 'tools-that-fail run_tests null']),
    );
    const customers = await getBudget(database, { name: 'customers' });
    const used = customers?.uses.map(({ value }) => value);
    expect(used).toEqual(expect.arrayContaining(['acme', 'globex', 'initech']));
    const features = await database.query(
      `select value from runfold.label_usage where name = 'feature' group by 1 order by 1`,
    );
    expect(features.map(({ value }) => value)).toEqual(['coding', 'report', 'research', 'support']);
  });
});
