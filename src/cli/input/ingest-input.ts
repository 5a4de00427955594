import { countRejects } from '../../query/rejects.js';
import { databaseTime, unpricedSince } from '../../query/unpriced-since.js';
import { flushEvents } from '../actions/flush-events.js';
import { waitForRoom } from '../actions/queue-progress.js';
import type { CommandContext } from '../command/command.js';
import { count, duration, plural } from '../output/format.js';
import { printable } from '../output/printable.js';
import { openProgress } from '../output/progress.js';
import type { IngestSummary } from '../reports/ingest-summary.js';
import type { ReadLine } from './event-lines.js';
import { inputLines } from './input-lines.js';
import { bytesOf, foldAll, type OpenIngest, withIngest } from './open-ingest.js';
import { type SendCounts, sendLines } from './send-lines.js';

/** Options of `ingestInput`. */
export interface IngestOptions {
  readonly file: string;
  readonly readLine: ReadLine;
  /** The name of this process, for others that want the embedded store. */
  readonly role: string;
  /** Defaults to true on an embedded store, where there may be no other worker. */
  readonly wait: boolean | undefined;
  readonly isStrict: boolean;
  /** The maximum number of faults that are shown. */
  readonly faults: number;
  readonly signal: AbortSignal;
}

/** Sends an input through the producer, and folds it if no other worker does. */
export function ingestInput(
  context: CommandContext,
  options: IngestOptions,
): Promise<IngestSummary> {
  return withIngest(context, options, (opened) => send(context, options, opened));
}

async function send(
  { terminal, settings }: CommandContext,
  options: IngestOptions,
  { runfold, queue, wait, input }: OpenIngest,
): Promise<IngestSummary> {
  const { producer, worker } = runfold;
  const { signal } = options;
  const progress = openProgress(terminal);
  const started = performance.now();
  const seconds = () => (performance.now() - started) / 1000;
  const pace = (events: number) => Math.round(events / Math.max(0.001, seconds()));
  let bytes = 0;
  let faults = 0;
  let nextLook = 0;

  const onFault = (line: number, text: string) => {
    faults += 1;
    if (faults <= options.faults) terminal.note(printable(`${input.name}:${line}: ${text}`));
    else if (faults === options.faults + 1)
      terminal.note('Further faults are counted but not shown.');
  };
  const onChunk = async (counts: SendCounts) => {
    const text = `${plural(counts.lines, 'line')}, ${count(pace(counts.sent))} events/s`;
    progress.update(bytes, input.bytes, text);
    if (worker === undefined || counts.sent < nextLook) return;
    nextLook = counts.sent + 20_000;
    await waitForRoom(queue, signal);
  };

  try {
    const since = wait ? await databaseTime(runfold.database) : undefined;
    const chunks = bytesOf(input, signal, (more) => {
      bytes += more;
    });
    const counts = await sendLines(inputLines(chunks), {
      producer,
      readLine: options.readLine,
      signal,
      isStrict: options.isStrict,
      onFault,
      onChunk,
    });
    await flushEvents(producer, signal);
    const isFolded =
      wait &&
      !signal.aborted &&
      (await foldAll(queue, signal, () => {
        const done = worker?.stats().received ?? 0;
        progress.update(
          Math.min(done, counts.sent),
          counts.sent,
          `folding, ${duration(seconds())}`,
        );
      }));
    const stats = worker?.stats();
    // The outcome is known only if this process alone folded the input.
    const isKnown = isFolded && stats !== undefined && stats.received === counts.sent;
    return {
      lines: counts.lines,
      invalid_lines: counts.invalid,
      events: counts.events,
      sent: counts.sent,
      folded: isFolded,
      applied: isKnown ? stats.applied : null,
      duplicates: isKnown ? stats.duplicate : null,
      rejected: isKnown ? stats.rejected : null,
      rejected_meanwhile:
        isFolded && !isKnown
          ? await countRejects(runfold.database, { project: settings.project, from: since })
          : null,
      unpriced:
        isFolded && since !== undefined
          ? await unpricedSince(runfold.database, { project: settings.project, since })
          : null,
      interrupted: signal.aborted,
      seconds: Math.round(seconds() * 1000) / 1000,
      events_per_second: pace(counts.sent),
    };
  } finally {
    progress.stop();
  }
}
