import { type FoundLog, findLogs, type LogPlace } from '../../logs/files/find-logs.js';
import { forgetLogs, ingestLogs } from '../../logs/ingest-logs.js';
import { type LogSummary, openCounts, summaryOf } from '../../logs/log-summary.js';
import { databaseTime, type UnpricedMessages, unpricedSince } from '../../query/unpriced-since.js';
import type { CommandContext } from '../command/command.js';
import { count, plural } from '../output/format.js';
import { printable } from '../output/printable.js';
import { openProgress } from '../output/progress.js';
import { openLogStore, openLogStoreToRead } from './log-store.js';
import { recognizeLogs } from './recognize-logs.js';

/** Options of `runfold ingest` for logs. */
export interface IngestLogFlags {
  readonly format: string;
  readonly user: string | undefined;
  readonly priced: boolean;
  readonly isDryRun: boolean;
  readonly isAgain: boolean;
  readonly isStrict: boolean;
  readonly wait: boolean | undefined;
  /** Files that have not changed since then are skipped; milliseconds since 1970. */
  readonly since: number | undefined;
  /** The maximum number of faults that are shown. */
  readonly faults: number;
  /** The file that standard input was written to. */
  readonly spooled?: string | undefined;
}

/** Reads logs into the store that the settings name. */
export async function ingestLogFiles(
  context: CommandContext,
  places: readonly LogPlace[],
  flags: IngestLogFlags,
  signal: AbortSignal,
): Promise<LogSummary & { readonly unpriced: readonly UnpricedMessages[] | null }> {
  const { terminal, settings } = context;
  let unpriced: readonly UnpricedMessages[] | null = null;
  const started = performance.now();
  const counts = openCounts();
  let faults = 0;
  const onFault = (path: string, line: number, text: string) => {
    faults += 1;
    const name = path === flags.spooled ? 'stdin' : path;
    const where = line === 0 ? name : `${name}:${line}`;
    if (faults <= flags.faults) terminal.note(printable(`${where}: ${text}`));
    else if (faults === flags.faults + 1)
      terminal.note('Further faults are counted but not shown.');
  };
  const fileFault = (path: string, text: string) => {
    counts.files_failed += 1;
    onFault(path, 0, text);
  };
  const progress = openProgress(terminal);
  let logs: readonly FoundLog[] = await findLogs(places, fileFault);
  if (flags.format === 'auto') logs = await recognizeLogs(logs, fileFault);
  const { since } = flags;
  if (since !== undefined) logs = logs.filter(({ modified_us }) => modified_us >= since * 1000);
  const total = logs.reduce((sum, { size }) => sum + size, 0);
  const onChunk = () =>
    progress.update(
      counts.bytes,
      total,
      `${plural(counts.messages, 'message')}, ${count(counts.bytes / 1e6)} MB`,
    );
  const wait = flags.wait ?? settings.database_url === undefined;
  const isWhole = flags.isAgain || flags.spooled !== undefined;
  const role = 'runfold ingest';
  const store = flags.isDryRun
    ? undefined
    : isWhole
      ? await openLogStore(context, role, signal)
      : await openLogStoreToRead(context, role, logs, signal);
  // Without a store that is no dry run, every log was read already.
  const isRead = store === undefined && !flags.isDryRun;
  if (isRead) {
    counts.files += logs.length;
    if (wait) unpriced = [];
  }
  try {
    const since = store && (await databaseTime(store.database));
    await ingestLogs(
      isRead ? [] : logs,
      {
        store,
        again: flags.isAgain,
        strict: flags.isStrict,
        user_id: flags.user,
        priced: flags.priced,
        signal,
        onFault,
        onChunk,
      },
      counts,
    );
    // Standard input cannot grow later, so its unfinished messages are counted now.
    if (flags.spooled !== undefined && store !== undefined) await forgetLogs(store, logs);
    if (wait && !signal.aborted && store !== undefined && since !== undefined) {
      await store.folded();
      unpriced = await unpricedSince(store.database, { project: settings.project, since });
    }
    await store?.close();
  } catch (error) {
    await store?.close({ timeout_ms: 1_000 }).catch(() => undefined);
    throw error;
  } finally {
    progress.stop();
  }
  const summary = summaryOf(counts, {
    formats: [...new Set(logs.map(({ format }) => format.name))],
    dry_run: flags.isDryRun,
    interrupted: signal.aborted,
    seconds: Math.round(performance.now() - started) / 1000,
  });
  return { ...summary, unpriced };
}
