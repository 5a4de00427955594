import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { views } from '#runfold/projections/contract.js';
import { openDatabase } from '#runfold/store/database.js';
import { migrateDatabase } from '#runfold/store/migrate.js';
import { createEmptyDatabase, createTestDatabase } from '../support/database.js';
import { describeWithPostgres } from '../support/suite.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

describeWithPostgres('the migrations', () => {
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

  test('are up to date with the field table and the projections', async () => {
    const generate = ['--import', 'tsx', 'drizzle/generate.ts', '--check'];
    const { stdout } = await promisify(execFile)(process.execPath, generate, { cwd: root });
    expect(stdout).toContain('The migrations are up to date.');
  });
});
