import type { Database } from '../../postgres/database.js';
import { countExported, type ExportOptions, exportPages } from '../../query/log/export-events.js';
import { checkMigrated } from '../../store/migrate.js';
import { count, plural } from '../output/format.js';
import { printableJson } from '../output/printable.js';
import { openProgress } from '../output/progress.js';
import type { Terminal } from '../output/terminal.js';
import type { Output } from './output-file.js';

/** What an export goes by. */
export interface ExportRun {
  readonly options: ExportOptions;
  readonly output: Output;
  /** Where progress is drawn; undefined draws none. */
  readonly terminal: Terminal | undefined;
  readonly signal: AbortSignal;
}

/**
 * Writes the chosen events, one JSON object a line, holding one page of them in memory. Answers how
 * many they were, or undefined when the signal came first.
 */
export async function exportLog(database: Database, run: ExportRun): Promise<number | undefined> {
  const { options, output, terminal, signal } = run;
  await checkMigrated(database);
  // Only a bar needs to know how many there will be.
  const total = terminal?.is_live ? await countExported(database, options) : undefined;
  const progress = terminal === undefined ? undefined : openProgress(terminal);
  const started = performance.now();
  let events = 0;
  try {
    for await (const page of exportPages(database, options)) {
      if (signal.aborted) return undefined;
      // JSON's own escapes keep what controls a terminal out of it, and say the same.
      await output.write(page.map((event) => `${printableJson(event)}\n`).join(''));
      events += page.length;
      const pace = events / Math.max(0.001, (performance.now() - started) / 1000);
      progress?.update(events, total, `${plural(events, 'event')}, ${count(pace)} events/s`);
    }
    return signal.aborted ? undefined : events;
  } finally {
    progress?.stop();
  }
}
