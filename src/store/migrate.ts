import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import { z } from 'zod';
import { migrationsFolder } from '../environment/package-files.js';
import { type Database, openDatabase } from '../postgres/database.js';
import {
  codeOf,
  explainDatabaseError,
  StoreUnavailableError,
} from '../postgres/database-errors.js';

/** One lock a database: of many processes that start at once, one migrates and the others wait. */
const migrationLock = 7_386_253;

/** Brings the store's tables and views up to date. Safe when many processes do so at once. */
export async function migrateStore(database: Database): Promise<void> {
  const client = await database.pool.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [migrationLock]);
    try {
      await migrate(drizzle(client), {
        migrationsFolder,
        migrationsSchema: 'runfold_migrations',
        migrationsTable: 'migration',
      });
    } finally {
      await client.query('select pg_advisory_unlock($1)', [migrationLock]);
    }
  } finally {
    client.release();
  }
}

/** `migrateStore` for a connection string, on a connection of its own. */
export async function migrateDatabase(connectionString: string): Promise<void> {
  const database = openDatabase(connectionString, { max: 1 });
  try {
    await migrateStore(database);
  } finally {
    await database.close();
  }
}

const journalSchema = z.object({
  entries: z.array(z.object({ tag: z.string(), when: z.number() })),
});

/**
 * Sees to it that the store has exactly the migrations this code knows, before any work is begun.
 * Migrations are only ever appended, so the times they were made at say which come first.
 * @throws StoreUnavailableError `migrations_missing` or `migrations_newer`, or what keeps Postgres
 * from answering.
 */
export async function checkMigrated(database: Database): Promise<void> {
  const file = await readFile(join(migrationsFolder, 'meta', '_journal.json'), 'utf8');
  const known = journalSchema.parse(JSON.parse(file)).entries;
  const applied = await appliedMigrations(database);
  const missing = known.filter(({ when }) => !applied.includes(when));
  if (missing.length > 0) {
    throw new StoreUnavailableError(
      'migrations_missing',
      `Expected a database with Runfold's tables as of ${known.at(-1)?.tag}, got one without ${missing[0]?.tag}. Run "runfold migrate".`,
    );
  }
  const newer = applied.length - known.length;
  if (newer > 0) {
    throw new StoreUnavailableError(
      'migrations_newer',
      `Expected a database with Runfold's tables as of ${known.at(-1)?.tag}, got one with ${newer} more from a newer Runfold. Upgrade this one.`,
    );
  }
}

/** When each migration of the store was made, as drizzle's journal has it; none without its table. */
async function appliedMigrations(database: Database): Promise<readonly number[]> {
  try {
    const rows = await database.query<{ created_at: string }>(
      'select created_at from runfold_migrations.migration',
    );
    return rows.map((row) => Number(row.created_at));
  } catch (error) {
    const code = codeOf(error);
    if (code === '42P01' || code === '3F000') return [];
    throw explainDatabaseError(error);
  }
}
