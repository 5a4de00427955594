import type { Database } from '../../postgres/database.js';
import { countExported, exportPages } from '../../query/log/export-events.js';
import type { ExportOptions } from '../../query/log/exported-rows.js';
import { count, plural } from '../output/format.js';
import { printableJson } from '../output/printable.js';
import { openProgress } from '../output/progress.js';
import type { Terminal } from '../output/terminal.js';
import type { Output } from './output-file.js';

/** Options of an export. */
export interface ExportRun {
  readonly options: ExportOptions;
  readonly output: Output;
  /** Where to draw progress; undefined for no progress. */
  readonly terminal: Terminal | undefined;
  readonly signal: AbortSignal;
}

/**
 * Writes the chosen events, one JSON object per line, with one page of them in memory. Returns their
 * number, or undefined if a signal interrupted it.
 */
export async function exportLog(database: Database, run: ExportRun): Promise<number | undefined> {
  const { options, output, terminal, signal } = run;
  // Only a progress bar needs the number of events.
  const total = terminal?.is_live ? await countExported(database, options) : undefined;
  const progress = terminal === undefined ? undefined : openProgress(terminal);
  const started = performance.now();
  let events = 0;
  try {
    for await (const page of exportPages(database, options)) {
      if (signal.aborted) return undefined;
      // JSON escapes prevent control characters from reaching a terminal without changing the content.
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
