import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Database, openDatabase } from '#runfold/postgres/database.js';
import { checkMigrated, migrateStore } from '#runfold/store/migrate.js';
import { createEmptyDatabase, type TestDatabase } from '../../harness/database.js';
import { describeWithPostgres } from '../../harness/suite.js';

describeWithPostgres('whether a database has the tables this code knows', () => {
  let home: TestDatabase;
  let database: Database;
  beforeAll(async () => {
    home = await createEmptyDatabase();
    database = openDatabase(home.url);
  });
  afterAll(async () => {
    await database.close();
    await home.drop();
  });

  test('an empty one has none of them', async () => {
    await expect(checkMigrated(database)).rejects.toMatchObject({
      code: 'migrations_missing',
      message: expect.stringContaining('Run "runfold migrate".'),
    });
  });

  test('a migrated one has them', async () => {
    await migrateStore(database);
    await checkMigrated(database);
  });

  test('one that a newer Runfold migrated is told apart', async () => {
    await database.query(
      `insert into runfold_migrations.migration (hash, created_at) values ('newer', 9999999999999)`,
    );
    await expect(checkMigrated(database)).rejects.toMatchObject({
      code: 'migrations_newer',
      message: expect.stringContaining('Upgrade this one.'),
    });
  });

  test('one that lacks the last migration is out of date', async () => {
    await database.query('delete from runfold_migrations.migration');
    await expect(checkMigrated(database)).rejects.toMatchObject({ code: 'migrations_missing' });
  });
});
