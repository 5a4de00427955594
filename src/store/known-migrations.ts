import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { migrationsFolder } from '../environment/package-files.js';

const journalSchema = z.object({
  entries: z.array(z.object({ tag: z.string(), when: z.number() })),
});

/** The migrations of this version, in their order, with the time that identifies each. */
export async function knownMigrations(): Promise<readonly { tag: string; when: number }[]> {
  const file = await readFile(join(migrationsFolder, 'meta', '_journal.json'), 'utf8');
  return journalSchema.parse(JSON.parse(file)).entries;
}
