import { readFile } from 'node:fs/promises';
import { codeOf } from '../environment/error-fields.js';
import type { LogFormat } from '../ingest/formats/log/log-format.js';
import type { JsonObject } from '../ingest/formats/log/log-record.js';
import { type LogBatches, LogBusyError, type LogEventOptions, openBatches } from './batches.js';
import { type ChangedLog, findChanged, type SettleChoice } from './changed-logs.js';
import { forgetCheckpoints, readCheckpoints, readMemories, readState } from './checkpoints.js';
import { type FoundLog, reasonOf } from './files/find-logs.js';
import { UnreadableLogError } from './files/log-bytes.js';
import { parseRecord } from './files/log-lines.js';
import type { LogStore } from './log-batch.js';
import type { LogCounts } from './log-summary.js';
import { type LogSink, readLog, savedReader } from './read-log.js';

/** Options of reading logs. */
export interface IngestLogsOptions extends LogEventOptions {
  /** Undefined for a dry run. */
  readonly store: LogStore | undefined;
  /** Whether to count messages that may still grow, in all files or in each one. Defaults to true. */
  readonly settle?: SettleChoice | undefined;
  /**
   * Whether to read files from their beginning, ignoring how far they were read. Defaults to false.
   */
  readonly again?: boolean | undefined;
  /** Whether to stop at the first fault. Defaults to false. */
  readonly strict?: boolean | undefined;
  readonly signal: AbortSignal;
  /** Called with the path as it was given, the line (0 for the whole file), and the error. */
  readonly onFault: (path: string, line: number, text: string) => void;
  /** Called after each chunk. */
  readonly onChunk?: ((counts: LogCounts) => void) | undefined;
}

/**
 * Reads the new content of some logs, sends it, and resolves when the queue has it. It adds to
 * `counts`. A repeated call, with any of the files and at any time, changes no total.
 */
export async function ingestLogs(
  logs: readonly FoundLog[],
  options: IngestLogsOptions,
  counts: LogCounts,
): Promise<void> {
  counts.files += logs.length;
  const formats = [...new Set(logs.map(({ format }) => format))];
  for (const format of formats) {
    const own = logs.filter((log) => log.format === format);
    await ingestFormat(format, own, options, counts);
  }
}

async function ingestFormat(
  format: LogFormat,
  logs: readonly FoundLog[],
  options: IngestLogsOptions,
  counts: LogCounts,
): Promise<void> {
  const { signal, strict = false } = options;
  let isStopped = false;
  const fault = (log: FoundLog, line: number, text: string) => {
    if (isStopped) return;
    if (line > 0) counts.invalid_lines += 1;
    else counts.files_failed += 1;
    options.onFault(log.path, line, text);
    isStopped = strict;
  };
  const batches = openBatches({
    ...options,
    format,
    counts,
    onFault: ({ found }, line, text) => fault(found, line, text),
  });
  const sink: LogSink = {
    async chunk(log, drafts) {
      await batches.add(log, drafts);
      options.onChunk?.(counts);
    },
    fault,
    count: (name, by) => {
      counts[name] += by;
    },
    isStopped: () => isStopped || signal.aborted,
  };
  const changed = await findChanged(format, logs, options, fault);
  for (const one of changed) {
    if (sink.isStopped()) break;
    counts.files_read += 1;
    await readOne(one, { options, batches, sink, counts });
  }
  try {
    await batches.commit();
  } catch (error) {
    if (!(error instanceof LogBusyError)) throw error;
  }
}

async function readOne(
  { log, head, checkpoint, settle }: ChangedLog,
  context: {
    readonly options: IngestLogsOptions;
    readonly batches: LogBatches;
    readonly sink: LogSink;
    readonly counts: LogCounts;
  },
): Promise<void> {
  const { options, batches, sink, counts } = context;
  const { store } = options;
  const { format } = log;
  try {
    const names = (format.recalls?.(log.name) ?? []).filter((name) => !batches.memories.has(name));
    const stored =
      store === undefined || names.length === 0
        ? new Map<string, JsonObject>()
        : await readMemories(store.database, store.project, format.name, names);
    await readLog(
      log,
      {
        checkpoint,
        head: head.mark,
        state: async () => store && readState(store.database, store.project, format.name, log.file),
        companion: await readCompanion(log, sink),
        recalled: new Map([...stored, ...batches.memories]),
        settle,
      },
      sink,
    );
  } catch (error) {
    if (error instanceof LogBusyError) counts.files_busy += 1;
    else if (error instanceof UnreadableLogError) sink.fault(log, 0, error.message);
    else throw error;
  }
}

/** Forgets how far logs were read, when nothing follows them any more. */
export async function forgetLogs(
  { database, project }: LogStore,
  logs: readonly FoundLog[],
): Promise<void> {
  for (const { format, file } of logs) {
    await forgetCheckpoints(database, project, format.name, [file]);
  }
}

/** Counts the unfinished messages of a file that was deleted. */
export async function settleLog(
  log: FoundLog,
  options: IngestLogsOptions,
  counts: LogCounts,
): Promise<void> {
  const { store } = options;
  if (store === undefined) return;
  const { database, project } = store;
  const { format, file, name } = log;
  const [checkpoint] = (await readCheckpoints(database, project, format.name, [file])).values();
  if (checkpoint === undefined || !checkpoint.is_open) return;
  const state = await readState(database, project, format.name, file);
  const reader = format.open({ name, recall: () => undefined }, savedReader(state));
  const onFault = (_: unknown, line: number, text: string) => options.onFault(log.path, line, text);
  const batches = openBatches({ ...options, format, counts, onFault });
  const drafts = reader.settle().map((draft) => ({ draft, line: 0 }));
  const { position, line, head } = checkpoint;
  const open = { found: log, reader, checkpoint, position, line, head, isSkipping: false };
  await batches.add({ ...open, isDone: true }, drafts);
  await batches.commit();
}

/** The object in the file beside a log; undefined if there is no such file. */
async function readCompanion(log: FoundLog, sink: LogSink): Promise<JsonObject | undefined> {
  const path = log.format.companion?.(log.path);
  if (path === undefined) return undefined;
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    sink.fault({ ...log, path }, 0, reasonOf(error));
    return undefined;
  }
  const { record, fault } = parseRecord(text);
  if (fault !== undefined) sink.fault({ ...log, path }, 0, fault.message);
  return record;
}
