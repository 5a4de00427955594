import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';

import { expect, test } from 'vitest';
import { checkStore } from '#runfold/operations/doctor/store-checks.js';
import { openDatabase } from '#runfold/postgres/database.js';
import { verify } from '#runfold/projections/audit/verify.js';
import { staleProjections } from '#runfold/projections/fold/fingerprint.js';
import { levelsOf } from '#runfold/projections/measures/histogram.js';
import { views } from '#runfold/projections/views/views.js';
import { migrateDatabase } from '#runfold/store/migrate.js';
import { migrateTier, openTier } from '#runfold/tier.js';
import { createEmptyDatabase, createTestDatabase } from '../../harness/database.js';
import { databaseUrl } from '../../harness/database-url.js';
import { migrateUpTo } from '../../harness/migrate-up-to.js';
import { withClient } from '../../harness/postgres-server.js';
import { runCommand } from '../../harness/run-command.js';
import { describeWithPostgres } from '../../harness/suite.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

describeWithPostgres('the migrations', () => {
  test('refuse a database that cannot hold every letter, and change nothing in it', async () => {
    const home = await createEmptyDatabase();
    const latin = home.name.concat('_latin');
    const url = databaseUrl(home.url, latin);
    await withClient(home.url, (client) =>
      client.query(
        `create database ${latin} encoding 'LATIN1' lc_collate 'C' lc_ctype 'C' template template0`,
      ),
    );
    await expect(migrateDatabase(url)).rejects.toMatchObject({
      code: 'unsupported_encoding',
      message: expect.stringContaining('encoding LATIN1'),
    });
    // With the queue on Postgres, too, whose tables are made before the store's.
    const tier = await openTier({ database_url: url });
    await expect(migrateTier(tier)).rejects.toMatchObject({ code: 'unsupported_encoding' });
    await tier.close();
    const schemas = await withClient(url, (client) =>
      client.query("select from pg_namespace where nspname ~ '^(runfold|bullmq)'"),
    );
    expect(schemas.rowCount).toBe(0);
    await withClient(home.url, (client) => client.query(`drop database ${latin} with (force)`));
    await home.drop();
  });

  test('are applied once when many processes start at the same time', async () => {
    const home = await createEmptyDatabase();
    await Promise.all(Array.from({ length: 8 }, () => migrateDatabase(home.url)));
    const database = openDatabase(home.url);
    const [applied] = await database.query(
      'select count(*) = count(distinct hash) as once from runfold_migrations.migration',
    );
    expect(applied).toEqual({ once: true });
    await database.close();
    await home.drop();
  });

  test('give every view and column of the contract its comment', async () => {
    const home = await createTestDatabase();
    const database = openDatabase(home.url);
    const rows = await database.query<{ view: string; column: string; comment: string }>(
      `select c.relname as view, a.attname as column, col_description(c.oid, a.attnum) as comment
       from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
       where c.relnamespace = 'runfold'::regnamespace and c.relkind = 'v'
       order by c.relname, a.attnum`,
    );
    const expected = [...views]
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .flatMap((view) =>
        view.columns.map(({ name, doc }) => ({ view: view.name, column: name, comment: doc })),
      );
    expect(rows).toEqual(expected);
    await database.close();
    await home.drop();
  });

  test('keep the histograms of an earlier version', async () => {
    const home = await createEmptyDatabase();
    const database = openDatabase(home.url);
    await migrateUpTo(database, '0001_add_usage');
    const cell = (level: number, events: number) => (BigInt(level) << 40n) + BigInt(events);
    await database.query(
      `insert into runfold_internal.latency_day values (1, 20000, 1, 'p', 'm', $1, null)`,
      [[cell(0, 2), cell(1, 1), cell(600, 70_000)]],
    );
    await migrateDatabase(home.url);
    const [row] = await database.query(
      'select time_levels, first_token_levels from runfold_internal.latency_day',
    );
    expect(levelsOf(row?.time_levels)).toEqual([
      [0, 2],
      [1, 1],
      [600, 70_000],
    ]);
    expect(row?.first_token_levels).toBe(null);
    const [quantiles] = await database.query(
      'select kind, events::integer, p50 from runfold.latency_quantiles',
    );
    expect(quantiles).toEqual({ kind: 'message', events: 70_003, p50: expect.closeTo(0.1579, 3) });
    await database.close();
    await home.drop();
  });

  test('give budgets and projects in abbreviations the zones that they were meant for', async () => {
    const home = await createEmptyDatabase();
    const database = openDatabase(home.url);
    await migrateUpTo(database, '0029_read_all_values_of_a_budget_at_once');
    const budgetZones = { a: 'CET', b: 'met', c: 'EET', d: 'WET', e: 'Europe/Berlin', f: 'BST' };
    await database.query(
      `insert into runfold_internal.budget (project, name, scope, measure, limit_units, window_kind, time_zone, shares, stop, from_at, when_unknown)
      select 1, key, 'project', 'cost', 1, 'day', value, '{}', true, now(), 'allow' from json_each_text($1)`,
      [JSON.stringify(budgetZones)],
    );
    await database.query(
      `insert into runfold_internal.project (id, name, time_zone) values (2, 'p2', 'IST'), (3, 'p3', 'CET'), (4, 'p4', 'pst'), (5, 'p5', null)`,
    );
    await migrateDatabase(home.url);
    const zonesOf = (table: string) =>
      database.query(`select name::text, time_zone from runfold_internal.${table} order by name`);
    expect(await zonesOf('budget')).toEqual([
      { name: 'a', time_zone: 'Europe/Brussels' },
      { name: 'b', time_zone: 'Europe/Brussels' },
      { name: 'c', time_zone: 'Europe/Athens' },
      { name: 'd', time_zone: 'Europe/Lisbon' },
      { name: 'e', time_zone: 'Europe/Berlin' },
      { name: 'f', time_zone: 'BST' },
    ]);
    expect((await zonesOf('project')).slice(1)).toEqual([
      { name: 'p2', time_zone: 'Asia/Kolkata' },
      { name: 'p3', time_zone: 'CET' },
      { name: 'p4', time_zone: 'America/Los_Angeles' },
      { name: 'p5', time_zone: null },
    ]);
    // What Postgres alone has read so far has several meanings; nobody but its owner knows which.
    const zones = (await checkStore(database, { has_queue: false })).find(
      ({ check }) => check === 'budgets',
    );
    expect(zones).toMatchObject({ level: 'problem', what: 'f of project 1 in BST' });
    await database.query(`delete from runfold_internal.budget where name = 'f'`);
    const after = await checkStore(database, { has_queue: false });
    expect(after.find(({ check }) => check === 'budgets')?.level).toBe('ok');
    await database.close();
    await home.drop();
  });

  test('divide the months of users into their parts', async () => {
    const home = await createEmptyDatabase();
    const database = openDatabase(home.url);
    await migrateUpTo(database, '0030_name_time_zones');
    const dayOf = (text: string) => Date.parse(text) / 86_400_000;
    const days = ['2026-01-31', '2026-02-01', '2026-02-02', '2026-02-27', '2026-02-28'].map(dayOf);
    const counts = `runs, tool_calls, tool_errors, assistant_messages, message_errors, metered_messages,
      unpriced_messages, timed_messages, streamed_messages, timed_tool_calls, failed_runs`;
    const ones = Array(11).fill('1').join(', ');
    await database.query(
      `insert into runfold_internal.user_usage_day (project, day, user_id, agent_id, team_id, workflow_id, cost_nanos, ${counts})
      select 1, day, 'ann', '', '', '', 5, ${ones} from unnest($1::integer[]) day`,
      [days],
    );
    await database.query(
      `insert into runfold_internal.user_usage_month (project, month, user_id, agent_id, team_id, workflow_id, cost_nanos, ${counts})
      values (1, $1, 'ann', '', '', '', 20, ${ones})`,
      [dayOf('2026-02-01')],
    );
    await migrateDatabase(home.url);
    const parts = [
      { month: dayOf('2026-01-31'), cost: 5, runs: 1 },
      { month: dayOf('2026-02-01'), cost: 5, runs: 1 },
      { month: dayOf('2026-02-02'), cost: 10, runs: 2 },
      { month: dayOf('2026-02-28'), cost: 5, runs: 1 },
    ];
    const rows = await database.query(
      'select month, cost_nanos::integer as cost, runs::integer from runfold_internal.user_usage_month order by 1',
    );
    expect(rows).toEqual(parts);
    expect((await staleProjections(database)).map(({ name }) => name)).toContain(
      'user_usage_month',
    );
    await database.close();
    await home.drop();
  });

  test('keep how the runs of an earlier version ended, and count its messages without a price', async () => {
    const home = await createEmptyDatabase();
    const database = openDatabase(home.url);
    await migrateUpTo(database, '0009_add_message_errors_and_hourly_cache_writes');
    const key = '17700000000000000000000007';
    await database.query(
      `insert into runfold_internal.run (project, session_id, run_id, status, model, provider,
        time_to_first_token_us, messages, assistant_messages, tool_calls, tool_errors, message_errors,
        metered_messages, started_at_us)
      values (1, 's', 'r', 1770000000000000 * 8 + 3, $1, $2, array[1770000000000000, 7, 250000], 1, 1, 0, 0, 0, 1, 1)`,
      [`${key}gpt-5`, `${key}openai`],
    );
    await database.query(
      `insert into runfold_internal.event (project, session_id, run_id, id, type, role, occurred_at_us, total_tokens, cost_nanos)
      values (1, 's', 'r', gen_random_uuid(), 1, 1, 1770000000000000, 5, null),
        (1, 's', 'r', gen_random_uuid(), 1, 1, 1770000000000000, 5, 1),
        (1, 's', 'r', gen_random_uuid(), 1, 1, 1770000000000000, null, null)`,
    );
    await migrateDatabase(home.url);
    const rows = await database.query(
      `select status, model, provider, time_to_first_token::text as first, unpriced_messages::integer from runfold.runs`,
    );
    const kept = { status: 'error', model: 'gpt-5', provider: 'openai', first: '0.25' };
    expect(rows).toEqual([{ ...kept, unpriced_messages: 1 }]);
    await database.close();
    await home.drop();
  });

  test.each([
    { at: '0014_keep_places_as_texts', wrong: [] },
    {
      at: '0005_add_log_files',
      wrong: ['run', 'session', 'session_user', 'user_usage', 'run_usage', 'run_usage_hour'],
    },
  ])('say which totals of a store of $at a rebuild must complete', async ({ at, wrong }) => {
    const home = await createEmptyDatabase();
    const database = openDatabase(home.url);
    await migrateUpTo(database, at);
    // The rows that this version wrote for the same 18 events.
    const rows = readFileSync(join(root, `test/golden/store-${at.slice(0, 4)}.sql.gz`));
    await database.query(gunzipSync(rows).toString('utf8'));
    const usage = { dir: root, env: { DATABASE_URL: home.url } };
    expect((await runCommand(['migrate'], usage)).code).toBe(0);

    const stale = (await staleProjections(database)).map(({ name }) => name);
    // No event had labels, but the store does not know that.
    expect(stale).toEqual(expect.arrayContaining(['run_label', 'label_usage', 'label_usage_hour']));
    expect(stale).toEqual(expect.arrayContaining(wrong));
    const { projections } = await verify(database);
    const differing = projections.flatMap(({ name, differing_rows }) =>
      differing_rows === 0 ? [] : [name],
    );
    expect(stale).toEqual(expect.arrayContaining(differing));
    expect(differing).toEqual(expect.arrayContaining(wrong));
    const asked = ['usage', '--by', 'user', '--since', '520w', '--json'];
    expect(await runCommand(asked, usage)).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(
        /Totals are stale: .*label_usage.*Run "runfold migrate --rebuild"/,
      ),
    });

    const rebuilt = await runCommand(['migrate', '--rebuild'], usage);
    expect(rebuilt.code).toBe(0);
    expect(await staleProjections(database)).toEqual([]);
    expect(await verify(database)).toMatchObject({ equal: true, events: 18 });
    const costs = await database.query(
      'select user_id, sum(cost)::float8 as cost from runfold.user_usage group by 1 order by 1',
    );
    expect(costs).toEqual([
      { user_id: 'u0', cost: 0.06 },
      { user_id: 'u1', cost: 0.08 },
      { user_id: 'u2', cost: 0.07 },
      { user_id: 'u3', cost: 0.08 },
    ]);
    await database.close();
    await home.drop();
  });

  test('and the views are up to date with the declarations', async () => {
    const generate = ['--import', 'tsx', 'scripts/generate-migration.ts', '--check'];
    const { stdout } = await promisify(execFile)(process.execPath, generate, { cwd: root });
    expect(stdout).toContain('The migrations and the views are up to date.');
  });

  test('say in their first lines what they change, why, how long it takes and what it locks', () => {
    const later = readdirSync(join(root, 'drizzle')).filter(
      (name) => /^\d{4}_/.test(name) && name > '0004',
    );
    expect(later.length).toBeGreaterThan(0);
    for (const name of later) {
      const text = readFileSync(join(root, 'drizzle', name), 'utf8');
      expect(text, name).toMatch(
        /^-- What: .+\n-- Why: .+\n-- Time on a large log: .+\n-- Locks: .+\n/,
      );
      expect(text, name).not.toContain('TODO');
    }
  });
});
