import type { Database } from '../store/database.js';

/**
 * Sees to it that the store has its tables before any work is begun.
 * @throws an error that `explainDatabaseError` reads as `migrations_missing`, or as what keeps
 * Postgres from answering.
 */
export async function checkMigrated(database: Database): Promise<void> {
  await database.query('select from runfold.runs limit 0');
  await database.query('select from runfold.sessions limit 0');
}
