import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { migrationsFolder } from '../environment/package-files.js';

/** A view as in its file in `drizzle/views`. */
export interface ViewFile {
  readonly name: string;
  /** The statements that create the view, and its comments. */
  readonly sql: string;
  readonly hash: string;
}

export interface ViewFiles {
  /** When the files were generated, in milliseconds. */
  readonly generatedAtMs: number;
  readonly views: readonly ViewFile[];
  /** The tables that a divided store divides. */
  readonly dividedTables: readonly string[];
}

const listSchema = z.object({
  generated_at_ms: z.number(),
  views: z.array(z.string()),
  divided_tables: z.array(z.string()),
});

/**
 * The views that this version has, in the order in which they are created. In a divided store, the
 * views of usage add up the rows that stripes hold under one key.
 */
export async function readViewFiles(isDivided: boolean): Promise<ViewFiles> {
  const list = listSchema.parse(
    JSON.parse(await readFile(join(migrationsFolder, 'views', 'list.json'), 'utf8')),
  );
  const views = await Promise.all(
    list.views.map(async (name) => {
      const own = join(migrationsFolder, 'views', `${name}.sql`);
      const divided = join(migrationsFolder, 'views', 'divided', `${name}.sql`);
      const sql = await readFile(isDivided && existsSync(divided) ? divided : own, 'utf8');
      return { name, sql, hash: createHash('sha256').update(sql).digest('hex') };
    }),
  );
  return { generatedAtMs: list.generated_at_ms, views, dividedTables: list.divided_tables };
}
