import type { Database } from '../../postgres/database.js';
import { PREFIX } from './rebuild-schema.js';

/** A rebuild under way, or the remains of one. */
export interface RunningRebuild {
  /** Null before the first word of it. */
  readonly step: string | null;
  /** How much of the step is done, 0 to 1. */
  readonly share: number;
}

/** The rebuilds of a store, whichever process runs them; each tells of itself about once a second. */
export async function listRunningRebuilds(database: Database): Promise<RunningRebuild[]> {
  const schemas = await database.query<{ name: string }>(
    `select n.nspname::text as name from pg_namespace n
    join pg_attribute a on a.attrelid = to_regclass(n.nspname || '.owner') and a.attname = 'share'
    where starts_with(n.nspname, $1)`,
    [PREFIX],
  );
  const found: RunningRebuild[] = [];
  for (const { name } of schemas) {
    found.push(
      ...(await database.query<RunningRebuild & Record<string, unknown>>(
        `select step, share from ${name}.owner`,
      )),
    );
  }
  return found;
}
