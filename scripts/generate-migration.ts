/**
 * Writes the next migration: `npm run generate -- NAME`.
 *
 * drizzle-kit compares the tables that the field table and the projections declare with its last
 * snapshot; storage settings, views and comments follow, whole, whenever their text has changed. Migrations are
 * appended and never edited. `--check` writes nothing and fails when a migration is missing.
 */
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateDrizzleJson, generateMigration } from 'drizzle-kit/api';
import { projectionTable, storageStatement } from '#runfold/projections/fold/projection-table.js';
import { totalStatement } from '#runfold/projections/language/measure-sql.js';
import { projections } from '#runfold/projections/projections.js';
import { viewStatements } from '#runfold/projections/views/view.js';
import { views } from '#runfold/projections/views/views.js';
import { apiKeyTable } from '#runfold/store/tables/api-key-table.js';
import { eventTable, internalSchema } from '#runfold/store/tables/event-table.js';
import { priceOverrideTable } from '#runfold/store/tables/price-override-table.js';
import { projectTable, seedProjectStatement } from '#runfold/store/tables/project-table.js';
import { projectionStateTable } from '#runfold/store/tables/projection-state-table.js';
import { rejectedEventTable } from '#runfold/store/tables/rejected-event-table.js';

interface JournalEntry {
  readonly idx: number;
  readonly version: string;
  readonly when: number;
  readonly tag: string;
  readonly breakpoints: boolean;
}
interface Journal {
  readonly version: string;
  readonly dialect: string;
  readonly entries: JournalEntry[];
}

const folder = join(import.meta.dirname, '..', 'drizzle');
const file = (...path: string[]) => join(folder, ...path);
const read = <T>(path: string, otherwise: T): T =>
  existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as T) : otherwise;
const write = (path: string, value: unknown) =>
  writeFileSync(path, `${JSON.stringify(value, null, 2)}\n`);

const journalFile = file('meta', '_journal.json');
const ownFile = file('meta', 'own-statements.json');
const breakpoint = '\n--> statement-breakpoint\n';

const journal = read<Journal>(journalFile, { version: '7', dialect: 'postgresql', entries: [] });
const last = journal.entries.at(-1);
const before =
  last === undefined
    ? generateDrizzleJson({})
    : read(file('meta', `${last.tag.slice(0, 4)}_snapshot.json`), generateDrizzleJson({}));

const tables: Record<string, unknown> = {
  internalSchema,
  eventTable,
  rejectedEventTable,
  projectionStateTable,
  priceOverrideTable,
  projectTable,
  apiKeyTable,
};
for (const projection of projections) tables[projection.name] = projectionTable(projection);
const after = generateDrizzleJson(tables, before.id);

// What drizzle-kit knows nothing of; repeated whole whenever any of it has changed; what
// is only new is added.
const ownSql = [
  totalStatement,
  ...projections.map(storageStatement),
  ...viewStatements(views),
  seedProjectStatement,
];
const statements = await generateMigration(before, after);
const ownBefore = read<string[]>(ownFile, []);
const gone = ownBefore.filter((statement) => !ownSql.includes(statement));
const added = ownSql.filter((statement) => !ownBefore.includes(statement));
if (last !== undefined && gone.length === 0) {
  statements.push(...added.map((statement) => `${statement};`));
} else if (JSON.stringify(ownSql) !== JSON.stringify(ownBefore)) {
  // A view that reads a column holds it fast: the old ones go first.
  if (last !== undefined) {
    statements.unshift(...ownSql.filter((statement) => statement.startsWith('drop view')));
  }
  statements.push(...ownSql.map((statement) => `${statement};`));
}

const [name] = process.argv.slice(2);
if (statements.length === 0) {
  console.log('The migrations are up to date.');
} else if (name === '--check') {
  console.error(`A migration is missing; run npm run generate -- NAME:\n${statements.join('\n')}`);
  process.exitCode = 1;
} else if (name === undefined || !/^[a-z0-9_]+$/.test(name)) {
  console.error(`Expected a name in snake_case, such as add_latency, got ${name ?? 'nothing'}.`);
  process.exitCode = 2;
} else {
  const idx = journal.entries.length;
  const tag = `${String(idx).padStart(4, '0')}_${name}`;
  writeFileSync(file(`${tag}.sql`), `${statements.join(breakpoint)}\n`);
  write(file('meta', `${tag.slice(0, 4)}_snapshot.json`), { ...after, id: randomUUID() });
  write(ownFile, ownSql);
  journal.entries.push({ idx, version: '7', when: Date.now(), tag, breakpoints: true });
  write(journalFile, journal);
  console.log(`Wrote drizzle/${tag}.sql.`);
}
