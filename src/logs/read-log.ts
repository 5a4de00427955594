import type { FileHandle } from 'node:fs/promises';
import type { Draft, LogReader } from '../ingest/formats/log/log-format.js';
import { InvalidRecordError, type JsonObject } from '../ingest/formats/log/log-record.js';
import type { Checkpoint } from './checkpoints.js';
import type { FoundLog } from './files/find-logs.js';
import { decompressed, explained, fileChunks, UnreadableLogError } from './files/log-bytes.js';
import { isDocument, readDocument } from './files/log-document.js';
import { beginsWith, isUtf16, openLogFile } from './files/log-head.js';
import { type LinePosition, logLines } from './files/log-lines.js';

/** A file while it is being read. */
export interface OpenLog extends LinePosition {
  readonly found: FoundLog;
  readonly reader: LogReader;
  /** Length and hash of its beginning. */
  readonly head: string;
  /** Its previous checkpoint; undefined the first time. */
  readonly checkpoint: Checkpoint | undefined;
  /** Whether it was read up to its end. */
  readonly isDone: boolean;
}

/** The callbacks of reading a file. */
export interface LogSink {
  /** A chunk was read. Nothing before `log.position` is read again. */
  chunk(log: OpenLog, drafts: readonly LineDraft[]): Promise<void>;
  /** A line was not accepted; 0 is the file as a whole. */
  fault(log: FoundLog, line: number, text: string): void;
  count(name: 'bytes' | 'lines', by: number): void;
  /** Whether to stop reading. */
  isStopped(): boolean;
}

/** A draft and its line number; 0 if it was settled at the end. */
export interface LineDraft {
  readonly draft: Draft;
  readonly line: number;
}

/** The options of reading a file. */
export interface ReadOptions {
  readonly checkpoint: Checkpoint | undefined;
  readonly head: string;
  /** Reads the state that belongs to the checkpoint. */
  readonly state: () => Promise<JsonObject | undefined>;
  readonly companion: JsonObject | undefined;
  readonly recalled: ReadonlyMap<string, JsonObject>;
  /** Whether messages that are open at the end are counted as they are. */
  readonly settle: boolean;
}

interface SavedState {
  readonly reader?: JsonObject;
  readonly skipping?: boolean;
}

/** The state of a file to save in its checkpoint. */
export const stateOf = ({ reader, isSkipping }: OpenLog): JsonObject => ({
  reader: reader.save(),
  skipping: isSkipping,
});

/** The reader state to continue from. */
export const savedReader = (state: JsonObject | undefined): JsonObject | undefined =>
  (state as SavedState | undefined)?.reader;

/** Reads the new content of a file. @throws UnreadableLogError */
export async function readLog(found: FoundLog, options: ReadOptions, sink: LogSink): Promise<void> {
  const { format } = found;
  const handle = await explained(openLogFile(found.path));
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) throw new UnreadableLogError('expected a file, got something else');
    if (await isUtf16(handle)) throw new UnreadableLogError('expected UTF-8, got UTF-16');
    // A document may have been saved under the name of a file of lines.
    const hasDocuments = format.unit('document.json') === 'document';
    const isOne =
      format.unit(found.name) === 'document' || (hasDocuments && (await isDocument(handle)));
    const isWhole = isOne || found.name.endsWith('.zst');
    const { checkpoint } = options;
    const goesOn =
      checkpoint !== undefined &&
      !isWhole &&
      stats.size >= checkpoint.position &&
      (await beginsWith(handle, checkpoint.head));
    const saved: SavedState = goesOn ? ((await options.state()) ?? {}) : {};
    const file = {
      name: found.name,
      companion: options.companion,
      recall: (name: string) => options.recalled.get(name),
    };
    const log = {
      found,
      reader: format.open(file, saved.reader),
      checkpoint,
      head: options.head,
      position: goesOn ? checkpoint.position : 0,
      line: goesOn ? checkpoint.line : 0,
      isSkipping: saved.skipping ?? false,
      isDone: false,
    };
    if (isOne) await readWhole(handle, log, sink);
    else await readLines(handle, log, sink);
    if (sink.isStopped()) return;
    const drafts = options.settle ? log.reader.settle() : [];
    log.isDone = true;
    await sink.chunk(
      log,
      drafts.map((draft) => ({ draft, line: 0 })),
    );
    const { size } = await handle.stat();
    if (!found.name.endsWith('.zst') && size < log.position) {
      sink.fault(found, 0, 'expected a file that grows, got one that shrank while it was read');
    }
  } finally {
    await handle.close();
  }
}

async function readLines(
  handle: FileHandle,
  log: { -readonly [N in keyof OpenLog]: OpenLog[N] },
  sink: LogSink,
): Promise<void> {
  const { found, reader } = log;
  const bytes = fileChunks(handle, log.position, {
    onBytes: (read) => sink.count('bytes', read),
    isStopped: sink.isStopped,
  });
  const chunks = found.name.endsWith('.zst') ? decompressed(bytes) : bytes;
  for await (const chunk of logLines(chunks, found.format, log)) {
    const drafts: LineDraft[] = [];
    sink.count('lines', chunk.line - log.line);
    for (const { number, record, fault } of chunk.lines) {
      if (fault !== undefined) sink.fault(found, number, fault.message);
      if (record === undefined) continue;
      take(reader, record, number, drafts, (text) => sink.fault(found, number, text));
    }
    const { position, line, isSkipping } = chunk;
    Object.assign(log, { position, line, isSkipping });
    await sink.chunk(log, drafts);
    if (sink.isStopped()) return;
  }
}

async function readWhole(handle: FileHandle, log: OpenLog, sink: LogSink): Promise<void> {
  const { found, reader } = log;
  const { record, fault, bytes } = await readDocument(handle);
  if (bytes > 0) {
    sink.count('bytes', bytes);
    sink.count('lines', 1);
  }
  const drafts: LineDraft[] = [];
  if (fault !== undefined) sink.fault(found, bytes === 0 ? 0 : 1, fault.message);
  if (record !== undefined) {
    take(reader, record, 1, drafts, (text) => sink.fault(found, 1, text));
  }
  await sink.chunk(log, drafts);
}

function take(
  reader: LogReader,
  record: JsonObject,
  line: number,
  drafts: LineDraft[],
  refuse: (text: string) => void,
): void {
  const explain = (work: () => void) => {
    try {
      work();
    } catch (error) {
      if (!(error instanceof InvalidRecordError)) throw error;
      refuse(error.message);
    }
  };
  explain(() => {
    for (const part of reader.parts?.(record) ?? [record]) {
      explain(() => {
        for (const draft of reader.read(part)) drafts.push({ draft, line });
      });
    }
  });
}
