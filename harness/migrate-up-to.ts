import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import type { Database } from '#runfold/postgres/database.js';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Brings a store to the state of an earlier version: applies the migrations up to one of them. */
export async function migrateUpTo(database: Database, tag: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'runfold-migrations-'));
  try {
    await cp(join(root, 'drizzle'), folder, { recursive: true });
    const file = join(folder, 'meta', '_journal.json');
    const journal = JSON.parse(await readFile(file, 'utf8')) as { entries: { tag: string }[] };
    journal.entries.splice(1 + journal.entries.findIndex((entry) => entry.tag === tag));
    await writeFile(file, JSON.stringify(journal));
    await migrate(drizzle(database.pool), {
      migrationsFolder: folder,
      migrationsSchema: 'runfold_migrations',
      migrationsTable: 'migration',
    });
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Applies one migration to a store that already has it. */
export async function applyMigration(database: Database, tag: string): Promise<void> {
  await database.query(await readFile(join(root, 'drizzle', `${tag}.sql`), 'utf8'));
}
