import { setTimeout as pause } from 'node:timers/promises';
import { topOf } from './changed-logs.js';
import { type FoundLog, findLogs, type LogPlace } from './files/find-logs.js';
import { type IngestLogsOptions, ingestLogs, settleLog } from './ingest-logs.js';
import type { LogCounts } from './log-summary.js';

/** The options of following logs. */
export interface WatchLogsOptions extends Omit<IngestLogsOptions, 'settle' | 'again' | 'strict'> {
  readonly places: readonly LogPlace[];
  readonly counts: LogCounts;
  /**
   * How long a file must be unchanged before its open messages are counted as they are, in
   * milliseconds. Defaults to 10 minutes.
   */
  readonly settle_ms?: number | undefined;
  /** The pause between polls, in milliseconds. Defaults to 2,000. */
  readonly look_ms?: number | undefined;
  /** Called after each poll; `isNew` says whether anything was read. */
  readonly onLook?: ((isNew: boolean) => void | Promise<void>) | undefined;
  /** Called if the store cannot be reached; the poll is repeated. */
  readonly onOutage: (error: Error, delayMs: number) => void;
}

/** A file's state when it was last read. */
interface Known {
  readonly log: FoundLog;
  /** When a change was last noticed, in milliseconds. */
  readonly changed: number;
  readonly isSettled: boolean;
}

const placeOf = ({ format, name }: FoundLog) => `${format.name} ${topOf(name)}`;

const longestDelayMs = 60_000;

/**
 * Follows logs until the signal: new files, grown files, and rewritten files. It polls sizes and
 * times, because network folders and containers offer nothing else. Polling 400 files takes a few
 * milliseconds. While the queue or the database is unavailable nothing is read: the files are the
 * buffer.
 */
export async function watchLogs(options: WatchLogsOptions): Promise<void> {
  const { signal, look_ms = 2_000, onOutage } = options;
  const known = new Map<string, Known>();
  const reported = new Set<string>();
  for (let failures = 0; !signal.aborted; ) {
    let delay = look_ms;
    try {
      const isNew = await lookOnce(known, reported, options);
      failures = 0;
      await options.onLook?.(isNew);
    } catch (error) {
      if (signal.aborted) return;
      delay = Math.min(longestDelayMs, 500 * 2 ** failures++);
      onOutage(error instanceof Error ? error : new Error(String(error)), delay);
    }
    await pause(delay, undefined, { signal }).catch(() => undefined);
  }
}

async function lookOnce(
  known: Map<string, Known>,
  reported: Set<string>,
  options: WatchLogsOptions,
): Promise<boolean> {
  const { places, counts, settle_ms = 600_000, signal } = options;
  const logs = await findLogs(places, (path, text) => {
    // A missing folder is reported once, not on each poll.
    if (!reported.has(path)) options.onFault(path, 0, text);
    reported.add(path);
  });
  const now = Date.now();
  const isQuiet = (log: FoundLog, changed: number) =>
    now - Math.max(changed, log.modified_us / 1000) >= settle_ms;
  const fresh: FoundLog[] = [];
  const quiet = new Set<FoundLog>();
  for (const log of logs) {
    const before = known.get(log.file);
    const isSame =
      before !== undefined &&
      before.log.size === log.size &&
      before.log.modified_us === log.modified_us;
    if (isSame ? !before.isSettled && isQuiet(log, before.changed) : isQuiet(log, 0)) {
      quiet.add(log);
    } else if (!isSame) fresh.push(log);
  }
  // Files that a new file may have copied from are read with it.
  const newIn = new Set(fresh.filter(({ file }) => !known.has(file)).map((log) => placeOf(log)));
  const open = logs.filter(
    (log) =>
      newIn.has(placeOf(log)) &&
      known.get(log.file)?.isSettled === false &&
      !fresh.includes(log) &&
      !quiet.has(log),
  );
  // All in one call: among them the oldest is read first, whether it is quiet or still grows, so that no copy comes to
  // own what its original holds.
  const due = [...fresh, ...open, ...quiet];
  if (due.length > 0 && !signal.aborted) {
    await ingestLogs(due, { ...options, settle: (log) => quiet.has(log) }, counts);
    if (signal.aborted) return true;
    for (const log of due) known.set(log.file, { log, changed: now, isSettled: quiet.has(log) });
  }
  const there = new Set(logs.map(({ file }) => file));
  for (const [file, { log, isSettled }] of known) {
    if (there.has(file)) continue;
    // Agents delete old files. Events that were read stay, and open messages are counted as they
    // are.
    if (!isSettled) await settleLog(log, options, counts);
    known.delete(file);
  }
  return fresh.length + quiet.size > 0;
}
