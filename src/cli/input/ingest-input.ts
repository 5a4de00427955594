import { addAbortSignal } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import type { Queue } from 'bullmq';
import { openQueue } from '../../queue/open-queue.js';
import { openRunfold, type Runfold } from '../../runfold.js';
import { checkMigrated } from '../../store/migrate.js';
import { checkQueue, checkRedis, openJobs, waitUntilWorkedOff } from '../actions/queue-progress.js';
import type { CommandContext } from '../command/command.js';
import { tierOptions } from '../command/settings.js';
import { count, duration, plural } from '../output/format.js';
import { printable } from '../output/printable.js';
import { openProgress } from '../output/progress.js';
import type { IngestSummary } from '../reports/ingest-summary.js';
import type { ReadLine } from './event-lines.js';
import { inputLines } from './input-lines.js';
import { openInput } from './open-input.js';
import { type SendCounts, sendLines } from './send-lines.js';

/** What `ingestInput` goes by. */
export interface IngestOptions {
  readonly file: string;
  readonly readLine: ReadLine;
  /** What this process is, for whoever else wants the embedded store. */
  readonly role: string;
  /** Defaults to true on an embedded store: nobody else may be there to fold. */
  readonly wait: boolean | undefined;
  readonly isStrict: boolean;
  /** How many faults are shown one by one. */
  readonly faults: number;
  readonly signal: AbortSignal;
}

/** Jobs the queue may hold before reading pauses, where this process folds them itself. */
const jobsAhead = 400;

/** Sends an input through the producer, and folds it where nobody else would. */
export async function ingestInput(
  context: CommandContext,
  options: IngestOptions,
): Promise<IngestSummary> {
  const { settings, log } = context;
  const isEmbedded = settings.database_url === undefined;
  const wait = options.wait ?? isEmbedded;
  await checkRedis(settings);
  const input = await openInput(options.file, context.io);
  const runfold = await openRunfold({
    ...tierOptions(settings, options.role),
    project: settings.project,
    worker: isEmbedded || wait,
    log,
  });
  const queue = await openQueue(runfold.tier.queue, {
    onError: (error) => log.debug({ err: error }, 'queue'),
  });
  try {
    // A queue on Redis takes events while Postgres is away; any other is in the store itself.
    if (wait || runfold.tier.queue.kind === 'postgres') await checkMigrated(runfold.database);
    await checkQueue(queue);
    const summary = await send(context, options, { runfold, queue, wait, input });
    await queue.close();
    await runfold.close();
    return summary;
  } catch (error) {
    input.chunks.destroy();
    // The first fault is the one to tell, and a server that is away must not keep it waiting.
    await Promise.allSettled([queue.close(), runfold.close({ timeout_ms: closeTimeout })]);
    throw error;
  }
}

/** How long closing may take after a fault, in milliseconds. */
const closeTimeout = 1_000;

interface Opened {
  readonly runfold: Runfold;
  readonly queue: Queue;
  readonly wait: boolean;
  readonly input: Awaited<ReturnType<typeof openInput>>;
}

async function send(
  context: CommandContext,
  options: IngestOptions,
  opened: Opened,
): Promise<IngestSummary> {
  const { terminal } = context;
  const { runfold, queue, wait, input } = opened;
  const { producer, worker } = runfold;
  const { signal } = options;
  const progress = openProgress(terminal);
  const started = performance.now();
  const seconds = () => (performance.now() - started) / 1000;
  const pace = (events: number) => Math.round(events / Math.max(0.001, seconds()));
  let bytes = 0;
  let faults = 0;
  let nextLook = 0;

  async function* counted(): AsyncGenerator<Buffer> {
    // A signal ends reading at once, even where the input is silent.
    addAbortSignal(signal, input.chunks);
    try {
      for await (const chunk of input.chunks) {
        bytes += chunk.length;
        yield chunk;
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }
  const onFault = (line: number, text: string) => {
    faults += 1;
    if (faults <= options.faults) terminal.note(printable(`${input.name}:${line}: ${text}`));
    else if (faults === options.faults + 1) terminal.note('Further faults are only counted.');
  };
  const onChunk = async (counts: SendCounts) => {
    const text = `${plural(counts.lines, 'line')}, ${count(pace(counts.sent))} events/s`;
    progress.update(bytes, input.bytes, text);
    if (worker === undefined || counts.sent < nextLook) return;
    nextLook = counts.sent + 20_000;
    while (!signal.aborted && (await openJobs(queue)) > jobsAhead) await pause(20);
  };

  try {
    const counts = await sendLines(inputLines(counted()), {
      producer,
      readLine: options.readLine,
      signal,
      isStrict: options.isStrict,
      onFault,
      onChunk,
    });
    await producer.flush();
    const isFolded =
      wait &&
      !signal.aborted &&
      (await fold(queue, signal, () => {
        const done = worker?.stats().received ?? 0;
        progress.update(
          Math.min(done, counts.sent),
          counts.sent,
          `folding, ${duration(seconds())}`,
        );
      }));
    const stats = worker?.stats();
    // Only where this process folded all there was do its counts say what became of the input.
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
      interrupted: signal.aborted,
      seconds: Math.round(seconds() * 1000) / 1000,
      events_per_second: pace(counts.sent),
    };
  } finally {
    progress.stop();
  }
}

/** Waits until all is folded; answers whether it came to that before a signal did. */
async function fold(queue: Queue, signal: AbortSignal, onTick: () => void): Promise<boolean> {
  const ticker = setInterval(onTick, 100);
  try {
    await waitUntilWorkedOff(queue, signal);
    return true;
  } catch (error) {
    if (signal.aborted) return false;
    throw error;
  } finally {
    clearInterval(ticker);
  }
}
