import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { migrationsFolder } from '../environment/package-files.js';

/** A view as its file in `drizzle/views` has it. */
export interface ViewFile {
  readonly name: string;
  /** The statements that make the view, and the comments on it. */
  readonly sql: string;
  readonly hash: string;
}

export interface ViewFiles {
  /** When the files were generated, in milliseconds. */
  readonly generatedAtMs: number;
  readonly views: readonly ViewFile[];
  /** The tables that a store which is divided has divided. */
  readonly dividedTables: readonly string[];
}

const listSchema = z.object({
  generated_at_ms: z.number(),
  views: z.array(z.string()),
  divided_tables: z.array(z.string()),
});

/**
 * The views this code knows, in the order in which they are made. In a store that is divided those of usage add up
 * what the stripes hold under one key.
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
