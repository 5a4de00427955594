import { RunfoldError } from '../environment/runfold-error.js';
import type { Draft, LogFormat } from '../ingest/formats/log/log-format.js';
import type { JsonObject } from '../ingest/formats/log/log-record.js';
import { type NewCheckpoint, saveCheckpoints, saveMemories } from './checkpoints.js';
import { countEvent, type LogStore, sendDrafts } from './log-batch.js';
import type { LogCounts } from './log-summary.js';
import type { PlacedDraft } from './merge-drafts.js';
import { type LineDraft, type OpenLog, stateOf } from './read-log.js';
import { createToldSessions } from './told-elsewhere.js';

/** Another process has read further in a file since this one started. */
export class LogBusyError extends RunfoldError {
  readonly code = 'log_busy';
}

/** Collects the events of the files of one format, and sends a few thousand at a time. */
export interface LogBatches {
  /** Adds a chunk of a file. @throws LogBusyError */
  add(log: OpenLog, drafts: readonly LineDraft[]): Promise<void>;
  /** Sends the rest, and saves how far the files were read. */
  commit(): Promise<void>;
  /** What the readers of this process remember about names. */
  readonly memories: ReadonlyMap<string, JsonObject>;
}

/** Values for events read from logs. */
export interface LogEventOptions {
  /** For events that name no user. */
  readonly user_id?: string | undefined;
  /** Whether reported costs are left out, so that the worker prices every message. */
  readonly priced?: boolean | undefined;
}

export interface BatchOptions extends LogEventOptions {
  /** Undefined for a dry run: everything is counted, nothing is sent or saved. */
  readonly store: LogStore | undefined;
  readonly format: LogFormat;
  readonly counts: LogCounts;
  readonly onFault: (log: OpenLog, line: number, text: string) => void;
}

/**
 * Drafts after which a batch is sent. It ends with a chunk of a file, and with it should have fewer
 * than the 5,000 events that a worker folds with one statement: the rest would be a second one.
 */
const batchDrafts = 4_500;
/** Memories that stay in this process; the others are in the store. */
const mostMemories = 256;

export function openBatches(options: BatchOptions): LogBatches {
  const { store, format, counts } = options;
  let drafts: PlacedDraft[] = [];
  let touched = new Map<string, OpenLog>();
  const memories = new Map<string, JsonObject>();
  let fresh = new Map<string, JsonObject>();
  const saves = new Map<string, number>();
  const seen = new Set<string>();
  const sessions = createToldSessions();

  const commit = async () => {
    const [sending, logs, remembered] = [drafts, [...touched.values()], fresh];
    [drafts, touched, fresh] = [[], new Map(), new Map()];
    if (store === undefined) {
      for (const { draft } of sending) countOnce(draft, seen, counts);
      return;
    }
    const { database, project } = store;
    await sendDrafts(store, format, sending, counts, sessions);
    await saveMemories(database, project, format.name, remembered);
    for (const name of memories.keys()) {
      if (memories.size <= mostMemories) break;
      if (!fresh.has(name)) memories.delete(name);
    }
    const checkpoints = logs.map((log) => checkpointOf(log, saves.get(log.found.file)));
    const saved = await saveCheckpoints(database, project, format.name, checkpoints);
    const busy = logs.filter(({ found }) => !saved.has(found.file));
    for (const { file, saves: before } of checkpoints) saves.set(file, before + 1);
    counts.files_busy += busy.filter(({ isDone }) => isDone).length;
    if (busy.some(({ isDone }) => !isDone)) throw new LogBusyError();
    await store.room();
  };

  return {
    memories,
    async add(log, more) {
      touched.set(log.found.file, log);
      // The next file may need it, even in the same batch.
      for (const [name, value] of log.reader.remember?.() ?? []) {
        memories.set(name, value);
        fresh.set(name, value);
      }
      for (const { draft, line } of more) {
        drafts.push({
          draft: prepared(draft, options),
          refuse: (text) => options.onFault(log, line, text),
        });
      }
      if (drafts.length >= batchDrafts) await commit();
    },
    commit,
  };
}

function prepared(draft: Draft, { user_id, priced }: LogEventOptions): Draft {
  const { event } = draft;
  const isCostly = priced === true && event.metrics?.cost !== undefined;
  if (!isCostly && (user_id === undefined || event.user_id !== undefined)) return draft;
  const { cost: _cost, ...metrics } = event.metrics ?? {};
  return {
    ...draft,
    event: {
      ...event,
      user_id: event.user_id ?? user_id,
      ...(isCostly ? { metrics, cost_source: undefined } : {}),
    },
  };
}

function checkpointOf(log: OpenLog, saves: number | undefined): NewCheckpoint {
  const { found, checkpoint, position, line, isDone, reader } = log;
  return {
    file: found.file,
    // The stored size of a file that is not read to its end must never equal the file's size, or
    // its rest would be skipped.
    size: isDone ? found.size : -1,
    modified_us: isDone ? found.modified_us : 0,
    position,
    line,
    saves: saves ?? checkpoint?.saves ?? 0,
    is_open: reader.isOpen(),
    head: log.head,
    state: stateOf(log),
  };
}

function countOnce(draft: Draft, seen: Set<string>, counts: LogCounts): void {
  const { key, event } = draft;
  const name = `${event.type} ${key ?? event.session_id} ${event.id}`;
  if (!seen.has(name)) countEvent(event, draft, counts);
  else if (event.type === 'message') counts.copies += 1;
  seen.add(name);
}
