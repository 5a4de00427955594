import { afterAll, beforeAll, expect, test } from 'vitest';
import { createBudget } from '#runfold/budgets/budgets.js';
import type { MetricEvent } from '#runfold/events/metric-event.js';
import { type Database, openDatabase } from '#runfold/postgres/database.js';
import { verify } from '#runfold/projections/audit/verify.js';
import { projections } from '#runfold/projections/projections.js';
import { rebuild } from '#runfold/projections/rebuild/rebuild.js';
import { views } from '#runfold/projections/views/views.js';
import { createReads, type Reads } from '#runfold/query/reads/reads.js';
import { followLog } from '#runfold/query/tail/tail.js';
import { waitUntilFolded } from '#runfold/query/wait-until-folded.js';
import { createShards } from '#runfold/store/create-shards.js';
import { checkMigrated, migrateStore } from '#runfold/store/migrate.js';
import { createTestDatabase, type TestDatabase } from '../../../harness/database.js';
import { createDividedDatabase, testStripes } from '../../../harness/divided-store.js';
import { foldEvents } from '../../../harness/fold-events.js';
import { applyMigration } from '../../../harness/migrate-up-to.js';
import { sampleEvents } from '../../../harness/sample-events.js';
import { describeWithPostgres } from '../../../harness/suite.js';

const withLabels = (event: MetricEvent, at: number) => ({
  ...event,
  labels: { customer: `c-${(at >> 3) % 3}` },
});

describeWithPostgres('a store that is divided into stripes', () => {
  let divided: { home: TestDatabase; database: Database };
  let whole: { home: TestDatabase; database: Database };
  const both = () => [divided.database, whole.database];
  beforeAll(async () => {
    divided = await createDividedDatabase();
    const home = await createTestDatabase();
    whole = { home, database: openDatabase(home.url, { max: 4 }) };
    for (const database of both()) {
      await foldEvents(database, sampleEvents(400).map(withLabels));
      await foldEvents(database, sampleEvents(100, 'other'), 2);
      await foldEvents(database, sampleEvents(450).map(withLabels));
      const from = '2026-01-01T00:00:00Z';
      const budget = { measure: 'cost', limit: 10, window: 'total', from } as const;
      await createBudget(database, { ...budget, name: 'all', scope: 'project' });
      await createBudget(database, { ...budget, name: 'users', scope: 'user' });
    }
  });
  afterAll(async () => {
    for (const { database, home } of [divided, whole]) {
      await database.close();
      await home.drop();
    }
  });

  test('holds each session in one stripe, and is equal to the fold of its log', async () => {
    const rows = await divided.database.query<{ stripes: number; sessions: number }>(
      `select count(distinct stripe)::integer as stripes, count(distinct (project, session_id))::integer as sessions
      from runfold_internal.event`,
    );
    expect(rows[0]?.stripes).toBe(testStripes);
    expect(rows[0]?.sessions).toBeGreaterThan(testStripes);
    const audit = await verify(divided.database);
    expect(audit).toMatchObject({ equal: true, shards: testStripes, events: 550, differences: [] });
    expect(await verify(divided.database, { sample: 5 })).toMatchObject({ equal: true });
    expect(await verify(divided.database, { project: 2 })).toMatchObject({ events: 100 });
  });

  test.each(
    views
      .filter(({ name }) => !/^(waiting_spans|alerts|alert_history)$/.test(name))
      .map(({ name }) => [name]),
  )('shows the same rows in the view %s as one that is whole', async (view) => {
    const [ofDivided, ofWhole] = await Promise.all(
      both().map(async (database) => {
        const rows = await database.query<{ row: string }>(
          `select (to_jsonb(v) - 'recorded_at')::text as row from runfold.${view} v order by 1`,
        );
        return rows.map(({ row }) => row);
      }),
    );
    expect(ofWhole?.length).toBeGreaterThan(0);
    expect(ofDivided).toEqual(ofWhole);
  });

  test('answers reads as one that is whole', async () => {
    const session_id = 'sample-session-3';
    const run_id = 'sample-run-13';
    const days = { from: '2026-02-01T00:00:00Z', to: '2026-02-04T00:00:00Z' };
    const asked: Record<string, (reads: Reads) => Promise<unknown>> = {
      run: (reads) => reads.getRun({ session_id, run_id }),
      'run by its id alone': (reads) => reads.getRun({ run_id }),
      runs: (reads) => reads.listRuns({ limit: 50 }),
      'runs of a user': (reads) => reads.listRuns({ user_id: 'user-2' }),
      tree: (reads) => reads.getRunTree({ run_id }),
      steps: (reads) => reads.listRunSteps({ run_id }),
      session: (reads) => reads.getSession({ session_id }),
      sessions: (reads) => reads.listSessions({ limit: 20 }),
      messages: (reads) => reads.listMessages({ session_id }),
      calls: (reads) => reads.listToolCalls({ run_id }),
      usage: (reads) => reads.getUsage({ ...days, bucket: 'hour', group_by: ['model'] }),
      'usage of users': (reads) =>
        reads.getUsage({ ...days, bucket: 'day', group_by: ['user_id', 'agent_id'] }),
      metrics: (reads) => reads.getAgno2SessionMetrics({ session_id }),
      names: (reads) => reads.find({ q: 'sample' }),
    };
    for (const [name, ask] of Object.entries(asked)) {
      const [ofDivided, ofWhole] = await Promise.all(
        both().map(async (database) => {
          const text = JSON.stringify(await ask(createReads(database)));
          return JSON.parse(text.replaceAll(/"(recorded_at|next_cursor)":"[^"]*"/g, '"$1":""'));
        }),
      );
      expect(ofWhole, name).toBeDefined();
      expect(ofDivided, name).toEqual(ofWhole);
    }
  });

  test('gives a tail each new event once, of whatever stripe', async () => {
    const events = sampleEvents(40, 'tail');
    const stop = new AbortController();
    const given: string[] = [];
    const tail = followLog(divided.database, { project: 9, only: 'events', signal: stop.signal });
    for await (const item of tail) {
      if (item.kind === 'event') given.push(item.event.id);
      else if (given.length === 0) await foldEvents(divided.database, events, 9);
      if (given.length === events.length) stop.abort();
    }
    expect(given.sort()).toEqual(events.map(({ id }) => id).sort());
    const keys = events.map(({ id, session_id }) => ({
      project: 9,
      id,
      session_id: session_id ?? '',
    }));
    await waitUntilFolded(divided.database, keys);
  });

  test.each(['repaired', 'swapped'])('is rebuilt stripe by stripe, %s', async (outcome) => {
    const { database } = divided;
    await database.query(
      `update runfold_internal.run set output_tokens = 1 where ctid = any(
        select (array_agg(ctid))[1] from runfold_internal.run group by stripe)`,
    );
    await database.query('delete from runfold_internal.model_usage where stripe = 1');
    const { equal, events } = await verify(database);
    expect(equal).toBe(false);
    const report = await rebuild(database, outcome === 'swapped' ? { repair_limit: 0 } : {});
    expect(report.outcome).toBe(outcome);
    expect(report.events).toBe(events);
    expect(await verify(database)).toMatchObject({ equal: true, events });
    const partitions = await database.query<{ name: string; parts: number }>(
      `select inhparent::regclass::text as name, count(*)::integer as parts from pg_inherits
      where inhparent::regclass::text like 'runfold_internal.%'
        and inhrelid in (select oid from pg_class where relkind = 'r') group by 1`,
    );
    expect(partitions).toHaveLength(projections.length + 1);
    expect(partitions.every(({ parts }) => parts === testStripes)).toBe(true);
    // Later events are folded into the new tables, with the plans that connections keep.
    expect(await foldEvents(database, sampleEvents(90, outcome), 3)).toMatchObject({
      applied: 90,
    });
    expect(await verify(database)).toMatchObject({ equal: true });
  });

  test('names the stripe whose grand totals differ from the log', async () => {
    const { database } = divided;
    await database.query(
      'update runfold_internal.run set input_tokens = input_tokens + 1 where stripe <> 1',
    );
    const audit = await verify(database, { sample: 0 });
    expect(audit.differences).toMatchObject([
      { projection: 'run', key: { stripe: 0 }, field: 'input_tokens' },
      { projection: 'run', key: { stripe: 2 }, field: 'input_tokens' },
    ]);
    await rebuild(database);
    expect((await verify(database)).equal).toBe(true);
  });

  test('names the stripe of a row that differs, which others have under the same key', async () => {
    const { database } = divided;
    const change = (by: string) =>
      database.query(
        `update runfold_internal.user_usage_day set runs = runs ${by} where stripe = 1 and project = 1 and user_id = 'user-2'`,
      );
    await change('+ 1');
    const { differences } = await verify(database);
    expect(differences.length).toBeGreaterThan(0);
    for (const { key, field } of differences) {
      expect([key, field]).toMatchObject([{ user_id: 'user-2', stripe: 1 }, 'runs']);
    }
    await change('- 1');
  });

  test('reports as many differing rows as were asked for, whatever the number of stripes', async () => {
    const { database } = divided;
    await database.query(
      'update runfold_internal.run set input_tokens = 77, output_tokens = 77 where project = 1',
    );
    const { differences, projections: audited } = await verify(database, { max_differences: 2 });
    expect(audited.find(({ name }) => name === 'run')?.differing_rows).toBeGreaterThan(10);
    const keys = differences.map(({ projection, key }) => `${projection} ${JSON.stringify(key)}`);
    expect(new Set(keys).size).toBe(2);
    expect(differences.map(({ field }) => field).sort()).toEqual([
      'input_tokens',
      'input_tokens',
      'output_tokens',
      'output_tokens',
    ]);
    await rebuild(database);
    expect((await verify(database)).equal).toBe(true);
  });

  test('finds events that lie in another stripe than that of their session', async () => {
    const { database } = divided;
    const client = await database.pool.connect();
    try {
      await client.query(
        `update runfold_internal.event set stripe = (stripe + 1) % ${testStripes}
        where project = 2 and session_id = 'other-session-1'`,
      );
    } finally {
      client.release();
    }
    const audit = await verify(database);
    expect(audit.equal).toBe(false);
    expect(audit.differences.map(({ field }) => field)).toContain('misplaced');
    await database.query(
      `update runfold_internal.event set stripe = (stripe + ${testStripes - 1}) % ${testStripes}
      where project = 2 and session_id = 'other-session-1'`,
    );
    expect((await verify(database)).equal).toBe(true);
  });

  test('is migrated as one that is whole, and stays divided', async () => {
    await migrateStore(divided.database);
    await checkMigrated(divided.database);
    expect((await verify(divided.database)).shards).toBe(testStripes);
  });

  test('is migrated with the rows of each stripe', async () => {
    await divided.database.query('update runfold_internal.user_usage_month set runs = 0');
    await applyMigration(divided.database, '0031_read_months_of_any_zone');
    expect((await verify(divided.database)).differences).toEqual([]);
  });

  test('is divided once, and only while it is empty', async () => {
    const placement = { stripes: 4, kind: 'partitions' } as const;
    await expect(createShards(divided.database, placement)).rejects.toThrow(
      `The store already has ${testStripes} stripes, and their number cannot change.`,
    );
    await expect(createShards(whole.database, placement)).rejects.toThrow(
      'Only an empty store can be divided, and runfold_internal.event has rows.',
    );
    await expect(createShards(whole.database, { ...placement, stripes: 1 })).rejects.toThrow(
      'The number of stripes must be an integer from 2 to 256, got 1.',
    );
    expect(await verify(whole.database)).toMatchObject({ equal: true, events: 550 });
    await checkMigrated(whole.database);
  });
});
