/**
 * Writes the views, and the next migration if one is needed: `npm run generate -- NAME`.
 *
 * drizzle-kit compares the tables that the field table and the projections declare with its last
 * snapshot. Changed functions and storage settings are added. Migrations are appended and never
 * edited. `--check` writes nothing and fails if a view or a migration is missing.
 */
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateDrizzleJson, generateMigration } from 'drizzle-kit/api';
import { budgetFunctions } from '#runfold/budgets/functions/budget-functions.js';
import { projectionTable, storageStatement } from '#runfold/projections/fold/projection-table.js';
import { histogramTotalStatement } from '#runfold/projections/measures/levels.js';
import { totalStatement } from '#runfold/projections/measures/sums.js';
import { projections } from '#runfold/projections/projections.js';
import { dividedTables, dividedView } from '#runfold/projections/views/divided-views.js';
import { viewFile } from '#runfold/projections/views/view.js';
import { views } from '#runfold/projections/views/views.js';
import {
  alertChannelTable,
  alertCursorTable,
  alertDeliveryTable,
  alertNotificationTable,
  alertRuleTable,
  alertStateTable,
  seedAlertCursorStatement,
} from '#runfold/store/tables/alert-tables.js';
import { apiKeyTable } from '#runfold/store/tables/api-key-table.js';
import { auditTable } from '#runfold/store/tables/audit-table.js';
import { budgetHoldTable, budgetTable } from '#runfold/store/tables/budget-tables.js';
import { eventTable, internalSchema } from '#runfold/store/tables/event-table.js';
import { logClaimTable } from '#runfold/store/tables/log-claim-table.js';
import { logFileTable } from '#runfold/store/tables/log-file-table.js';
import { otlpSpanTable, otlpTraceTable } from '#runfold/store/tables/otlp-tables.js';
import { priceOverrideTable } from '#runfold/store/tables/price-override-table.js';
import { projectTable, seedProjectStatement } from '#runfold/store/tables/project-table.js';
import { projectionStateTable } from '#runfold/store/tables/projection-state-table.js';
import { rejectedEventTable } from '#runfold/store/tables/rejected-event-table.js';
import { viewStateTable } from '#runfold/store/tables/view-state-table.js';

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
  viewStateTable,
  auditTable,
  logClaimTable,
  logFileTable,
  otlpTraceTable,
  otlpSpanTable,
  budgetTable,
  budgetHoldTable,
  alertChannelTable,
  alertRuleTable,
  alertStateTable,
  alertNotificationTable,
  alertDeliveryTable,
  alertCursorTable,
};
for (const projection of projections) tables[projection.name] = projectionTable(projection);
const after = generateDrizzleJson(tables, before.id);

// Statements that drizzle-kit does not know. Each may be run again, and is run when its text
// changes.
const ownSql = [
  totalStatement,
  histogramTotalStatement,
  ...projections.map(storageStatement),
  'create schema if not exists runfold',
  "comment on schema runfold is 'Totals and events of AI agents, in seconds and US dollars. Stable; report on these views.'",
  seedProjectStatement,
  ...budgetFunctions,
  seedAlertCursorStatement,
];
const statements = await generateMigration(before, after);
// A view depends on the columns that it reads. Views are recreated after the migrations.
const dropViews = `do $$ declare view_name text; begin
  for view_name in select name from runfold_internal.view_state loop
    execute format('drop view if exists runfold.%I', view_name);
  end loop;
end $$;`;
if (
  statements.some((statement) =>
    /^(ALTER TABLE .+ (ALTER|DROP|RENAME) |DROP TABLE)/.test(statement),
  )
) {
  statements.unshift(dropViews);
}
// A new count starts at 0 in existing rows, without rewriting them.
for (const [at, statement] of [...statements].entries()) {
  const added = /^(ALTER TABLE \S+) ADD COLUMN (\S+) bigint NOT NULL;$/.exec(statement);
  if (added === null) continue;
  const [, table, column] = added;
  statements[at] = `${table} ADD COLUMN ${column} bigint DEFAULT 0 NOT NULL;`;
  statements.push(`${table} ALTER COLUMN ${column} DROP DEFAULT;`);
}
const ownBefore = read<string[]>(ownFile, []);
statements.push(
  ...ownSql
    .filter((statement) => !ownBefore.includes(statement))
    .map((statement) => `${statement};`),
);
const header = ['What:', 'Why:', 'Time on a large log:', 'Locks:'].map(
  (line) => `-- ${line} TODO\n`,
);

// The views: one file each, and a list of them with the time at which any of them last changed.
// Those in the folder `divided` are for a divided store.
const viewFiles = new Map(
  views.flatMap((view) => {
    const divided = dividedView(view);
    const own = [`${view.name}.sql`, viewFile(view)] as const;
    if (divided === undefined) return [own];
    return [own, [join('divided', `${view.name}.sql`), viewFile(divided)] as const];
  }),
);
mkdirSync(file('views', 'divided'), { recursive: true });
const listFile = file('views', 'list.json');
const viewNames = views.map((view) => view.name);
const strayFiles = readdirSync(file('views'), { recursive: true, encoding: 'utf8' }).filter(
  (entry) => entry.endsWith('.sql') && !viewFiles.has(entry),
);
const changedFiles = [...viewFiles].filter(([entry, text]) => {
  const path = file('views', entry);
  return !existsSync(path) || readFileSync(path, 'utf8') !== text;
});
const listed = read<{ views?: string[]; divided_tables?: string[] }>(listFile, {});
const areViewsCurrent =
  strayFiles.length === 0 &&
  changedFiles.length === 0 &&
  JSON.stringify(listed.views) === JSON.stringify(viewNames) &&
  JSON.stringify(listed.divided_tables) === JSON.stringify(dividedTables);

const [name] = process.argv.slice(2);
if (name === '--check') {
  if (!areViewsCurrent) {
    console.error('Views are out of date; run npm run generate.');
    process.exitCode = 1;
  } else if (statements.length > 0) {
    console.error(
      `A migration is missing; run npm run generate -- NAME:\n${statements.join('\n')}`,
    );
    process.exitCode = 1;
  } else {
    console.log('The migrations and the views are up to date.');
  }
} else if (statements.length > 0 && !/^[a-z0-9_]+$/.test(name ?? '')) {
  console.error(`Expected a name in snake_case, such as add_latency, got ${name ?? 'nothing'}.`);
  process.exitCode = 2;
} else {
  if (!areViewsCurrent) writeViews();
  if (statements.length > 0) writeMigration(name ?? '');
  if (JSON.stringify(ownSql) !== JSON.stringify(ownBefore)) write(ownFile, ownSql);
  if (areViewsCurrent && statements.length === 0) {
    console.log('The migrations and the views are up to date.');
  } else {
    console.log('Run npm run schema to write drizzle/schema.sql.');
  }
}

function writeViews(): void {
  for (const entry of strayFiles) rmSync(file('views', entry));
  for (const [entry, text] of changedFiles) writeFileSync(file('views', entry), text);
  write(listFile, {
    generated_at_ms: Date.now(),
    views: viewNames,
    divided_tables: dividedTables,
  });
  const changed = [...strayFiles, ...changedFiles.map(([entry]) => entry)];
  console.log(`Wrote drizzle/views: ${changed.join(', ')}.`);
}

function writeMigration(suffix: string): void {
  const idx = journal.entries.length;
  const tag = `${String(idx).padStart(4, '0')}_${suffix}`;
  writeFileSync(file(`${tag}.sql`), `${header.join('')}${statements.join(breakpoint)}\n`);
  write(file('meta', `${tag.slice(0, 4)}_snapshot.json`), { ...after, id: randomUUID() });
  journal.entries.push({ idx, version: '7', when: Date.now(), tag, breakpoints: true });
  write(journalFile, journal);
  console.log(`Wrote drizzle/${tag}.sql. Say in its first lines what it changes and at what cost.`);
}
