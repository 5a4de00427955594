import { addAbortSignal } from 'node:stream';
import { within } from '../../environment/within.js';
import type { Database } from '../../postgres/database.js';
import { type JobQueues, openJobQueues } from '../../queue/job-queues.js';
import type { Runfold } from '../../runfold.js';
import { checkMigrated } from '../../store/migrate.js';
import { StoreUnavailableError } from '../../store/store-errors.js';
import { failedClosingMs, openCheckedTier } from '../actions/open-checked-tier.js';
import { checkQueue, waitUntilWorkedOff } from '../actions/queue-progress.js';
import type { CommandContext } from '../command/command.js';
import { noteProject } from '../command/project-note.js';
import { finishingMs } from '../command/signals.js';
import { type Input, openInput } from './open-input.js';

/** An input, and the store that receives it. */
export interface OpenIngest {
  readonly runfold: Runfold;
  readonly queue: JobQueues;
  readonly input: Input;
  /** Whether this command waits until everything is folded. */
  readonly wait: boolean;
}

/** Opens an input and the store that the settings name, does the work, and closes both. */
export async function withIngest<T>(
  context: CommandContext,
  options: {
    readonly file: string;
    /** The name of this process, for others that want the embedded store. */
    readonly role: string;
    /** Defaults to true on an embedded store, where there may be no other worker. */
    readonly wait: boolean | undefined;
    readonly signal: AbortSignal;
  },
  work: (opened: OpenIngest) => Promise<T>,
): Promise<T> {
  const { settings, log, io } = context;
  const isEmbedded = settings.database_url === undefined;
  const wait = options.wait ?? isEmbedded;
  const input = await openInput(options.file, io);
  const tier = await openCheckedTier(
    context,
    options.role,
    wait || settings.redis_url === undefined ? checkMigrated : checkIfReachable,
  ).catch((error: unknown) => {
    input.chunks.destroy();
    throw error;
  });
  // Loaded only here: files of logs that have not changed need no worker.
  const { openRunfoldOn } = await import('../../runfold.js');
  const runfold = await openRunfoldOn(tier, {
    project: settings.project,
    worker: isEmbedded || wait,
    span_wait_seconds: settings.otlp_wait_seconds,
    span_keep_days: settings.otlp_keep_days,
    log,
  });
  const queue = await openJobQueues(runfold.tier.queue, {
    onError: (error) => log.debug({ err: error }, 'queue'),
  });
  try {
    await checkQueue(queue);
    const result = await work({ runfold, queue, input, wait });
    // What is still on the queue has made no project known.
    const { aborted: isOver } = options.signal;
    if (wait && !isOver) await noteProject(context, runfold.database);
    await queue.close();
    await runfold.close(isOver ? { timeout_ms: finishingMs } : {});
    return result;
  } catch (error) {
    input.chunks.destroy();
    // The first error is the one to report, and an unavailable server must not delay it.
    await Promise.allSettled([queue.close(), runfold.close({ timeout_ms: failedClosingMs })]);
    throw error;
  }
}

/** How long a store may take to say whether it is migrated when the events can do without it, in milliseconds. */
const lookTimeout = 5_000;

/**
 * Checks the store that events on Redis are for. Redis takes events while Postgres is unavailable, so a store that
 * cannot be asked is no error.
 * @throws StoreUnavailableError if the database has no tables of this version, or does not exist
 */
async function checkIfReachable(database: Database): Promise<void> {
  const late = () => new Error(`no response within ${lookTimeout} ms`);
  try {
    await within(lookTimeout, checkMigrated(database), late);
  } catch (error) {
    if (error instanceof StoreUnavailableError && certain.includes(error.code)) throw error;
  }
}

/** What a store says that no waiting changes. */
const certain: readonly string[] = ['migrations_missing', 'migrations_newer', 'database_missing'];

/** The bytes of an input until the signal, which ends reading at once, even if no input arrives. */
export async function* bytesOf(
  { chunks }: Input,
  signal: AbortSignal,
  onBytes: (bytes: number) => void,
): AsyncGenerator<Buffer> {
  addAbortSignal(signal, chunks);
  try {
    for await (const chunk of chunks) {
      onBytes(chunk.length);
      yield chunk;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** Waits until everything is folded; returns false if a signal came first. */
export async function foldAll(
  queue: JobQueues,
  signal: AbortSignal,
  onTick: () => void,
): Promise<boolean> {
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
