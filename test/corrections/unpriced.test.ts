import { expect, test } from 'vitest';
import { correctionFor, voidingFor } from '#runfold/corrections/correction.js';
import { reprice } from '#runfold/corrections/reprice.js';
import type { MetricEventInput } from '#runfold/events/metric-event.js';
import type { Database } from '#runfold/postgres/database.js';
import { setPriceOverride } from '#runfold/pricing/price-overrides.js';
import { verify } from '#runfold/projections/audit/verify.js';
import { explainCost } from '#runfold/query/totals/explain-cost.js';
import { getRun } from '#runfold/query/totals/runs.js';
import { getSession } from '#runfold/query/totals/sessions.js';
import { getUsage } from '#runfold/query/usage/get-usage.js';
import { withTestDatabase } from '../../harness/database.js';
import { foldEvents } from '../../harness/fold-events.js';
import { describeWithPostgres } from '../../harness/suite.js';

const message = (id: string, more: Record<string, unknown> = {}): MetricEventInput => ({
  id,
  type: 'message',
  role: 'assistant',
  run_id: 'r',
  session_id: 's',
  user_id: 'ann',
  agent_id: 'guide',
  model: 'house',
  provider: 'home',
  occurred_at: '2026-03-01T10:00:00Z',
  metrics: { input_tokens: 1_000_000, output_tokens: 0 },
  ...more,
});

describeWithPostgres('messages without a price', () => {
  let database: Database;
  let project = 0;
  withTestDatabase((opened) => {
    database = opened;
  });
  /** Folds events in a separate project. */
  const fold = (...events: MetricEventInput[]) => foldEvents(database, events, project);
  const begin = async () => {
    project += 1;
    await fold(
      message('none'),
      message('free', { metrics: { input_tokens: 7, cost: 0 } }),
      message('untold', { metrics: { time: 1 } }),
      message('asked', { role: 'user' }),
      message('total', { metrics: { total_tokens: 9 } }),
    );
  };
  /** The count from every interface. All are the same. */
  const unpriced = async () => {
    const run = await getRun(database, { project, run_id: 'r' });
    const session = await getSession(database, { project, session_id: 's' });
    const explained = await explainCost(database, { project, run_id: 'r' });
    const counts = [run, session, explained].map((found) => found?.unpriced_messages);
    const range = { project, from: '2026-03-01T00:00:00Z', to: '2026-03-02T00:00:00Z' };
    for (const group_by of [
      [],
      ['model'],
      ['agent_id'],
      ['user_id', 'model'],
      ['user_id'],
    ] as const) {
      const { rows } = await getUsage(database, {
        ...range,
        group_by,
        figures: ['unpriced_messages'],
      });
      counts.push(rows.reduce((sum, row) => sum + (row.unpriced_messages ?? 0), 0));
    }
    const rows = await database.query<{ sum: string }>(
      `select sum(unpriced_messages)::text as sum from runfold.model_usage where project = $1
      union all select sum(unpriced_messages)::text from runfold.users where project = $1
      union all select sum(unpriced_messages)::text from runfold.user_usage where project = $1`,
      [project],
    );
    expect((await verify(database)).equal).toBe(true);
    expect(new Set([...counts, ...rows.map(({ sum }) => Number(sum))]).size).toBe(1);
    return counts[0];
  };
  const price = () => setPriceOverride(database, { project, model: 'house', input: 2, output: 2 });

  test('are the messages of the assistant with tokens and no cost', async () => {
    await begin();
    expect(await unpriced()).toBe(2);
  });

  test('a first price counts once, however many give it and however often', async () => {
    await begin();
    await price();
    const reports = await Promise.all([1, 2, 3].map(() => reprice(database, { project })));
    expect(reports.reduce((sum, { corrected }) => sum + corrected, 0)).toBe(1);
    expect(await unpriced()).toBe(1);
    await setPriceOverride(database, { project, model: 'house', input: 3, output: 3 });
    expect(await reprice(database, { project })).toMatchObject({ corrected: 1, difference: 1 });
    expect(await unpriced()).toBe(1);
  });

  test('a cost set by hand counts, before its message as well as after', async () => {
    await begin();
    const [by_hand, late] = [
      await correctionFor(database, { project, id: 'none' }, { cost: 0.5 }),
      message('early-cost', { corrects: 'late', pricing: 'first', metrics: { cost: 1 } }),
    ];
    expect(by_hand?.event).toMatchObject({ pricing: 'first' });
    await fold(late as MetricEventInput);
    expect(await unpriced()).toBe(1);
    await fold(by_hand?.event as MetricEventInput, message('late'));
    expect(await unpriced()).toBe(1);
    const again = await correctionFor(database, { project, id: 'none' }, { cost: 0.6 });
    expect(again?.event).not.toHaveProperty('pricing');
  });

  test('what is void costs nothing, and misses no price', async () => {
    await begin();
    const voiding = await voidingFor(database, { project, id: 'none' });
    await fold(voiding?.event as MetricEventInput);
    expect(await unpriced()).toBe(1);
    await price();
    expect(await reprice(database, { project })).toMatchObject({ corrected: 0, reported: 2 });
    expect(await voidingFor(database, { project, id: 'none' })).toBe(undefined);
  });

  test('costs that older corrections gave are counted by the next reprice, once', async () => {
    await begin();
    await fold(message('old', { corrects: 'none', metrics: { cost: 2 }, cost_source: 'override' }));
    expect(await unpriced()).toBe(2);
    await price();
    expect(await reprice(database, { project })).toMatchObject({ corrected: 1, difference: 0 });
    expect(await unpriced()).toBe(1);
    expect(await reprice(database, { project })).toMatchObject({ corrected: 0 });
  });
});
