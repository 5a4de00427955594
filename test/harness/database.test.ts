import { expect, test } from 'vitest';
import { createEmptyDatabase, createTestDatabase } from '../../harness/database.js';
import { withClient } from '../../harness/postgres-server.js';
import { describeWithPostgres } from '../../harness/suite.js';

async function countSchemas(url: string): Promise<number> {
  return await withClient(url, async (client) => {
    const schemas = await client.query(
      "select from pg_namespace where nspname in ('runfold', 'runfold_internal')",
    );
    return schemas.rowCount ?? 0;
  });
}

describeWithPostgres('the databases of the tests', () => {
  test('are migrated, apart from each other, and cloned at the same time', async () => {
    const databases = await Promise.all(Array.from({ length: 4 }, () => createTestDatabase()));
    expect(new Set(databases.map(({ name }) => name)).size).toBe(4);
    for (const database of databases) {
      expect(await countSchemas(database.url)).toBe(2);
      await database.drop();
    }
  });

  test('can be empty', async () => {
    const database = await createEmptyDatabase();
    expect(await countSchemas(database.url)).toBe(0);
    await database.drop();
  });

  test('are dropped even while someone is connected', async () => {
    const database = await createTestDatabase();
    await withClient(database.url, async (client) => {
      await database.drop();
      await expect(client.query('select 1')).rejects.toThrow();
    });
    await expect(countSchemas(database.url)).rejects.toThrow('does not exist');
  });
});
