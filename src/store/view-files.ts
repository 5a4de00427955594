import { createHash } from 'node:crypto';
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
}

const listSchema = z.object({ generated_at_ms: z.number(), views: z.array(z.string()) });

/** The views this code knows, in the order in which they are made. */
export async function readViewFiles(): Promise<ViewFiles> {
  const list = listSchema.parse(
    JSON.parse(await readFile(join(migrationsFolder, 'views', 'list.json'), 'utf8')),
  );
  const views = await Promise.all(
    list.views.map(async (name) => {
      const sql = await readFile(join(migrationsFolder, 'views', `${name}.sql`), 'utf8');
      return { name, sql, hash: createHash('sha256').update(sql).digest('hex') };
    }),
  );
  return { generatedAtMs: list.generated_at_ms, views };
}
