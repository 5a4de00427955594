import { fileURLToPath } from 'node:url';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import { type Database, openDatabase } from './database.js';

const migrationsFolder = fileURLToPath(new URL('../../drizzle', import.meta.url));
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
