import type { LogFormat } from '../ingest/formats/log/log-format.js';
import { type Checkpoint, forgetCheckpoints, readCheckpoints } from './checkpoints.js';
import { type FoundLog, reasonOf } from './files/find-logs.js';
import { type LogHead, readHead } from './files/log-head.js';
import type { LogStore } from './log-batch.js';

/** A file with new content, and what is known about it. */
export interface ChangedLog {
  readonly log: FoundLog;
  readonly head: Pick<LogHead, 'mark' | 'time'>;
  readonly checkpoint: Checkpoint | undefined;
  /** Whether messages that may still grow are counted as they are. */
  readonly settle: boolean;
}

/** The options of finding changed files. */
interface FindOptions {
  readonly store: LogStore | undefined;
  readonly again?: boolean | undefined;
  readonly settle?: SettleChoice | undefined;
}

/** Whether open messages are counted as they are: in all files, or as the caller says for each. */
export type SettleChoice = boolean | ((log: FoundLog) => boolean);

/** The files that have changed since they were read, in reading order. */
export async function findChanged(
  format: LogFormat,
  logs: readonly FoundLog[],
  { store, again = false, settle = true }: FindOptions,
  fault: (log: FoundLog, line: number, text: string) => void,
): Promise<readonly ChangedLog[]> {
  const files = logs.map(({ file }) => file);
  const isSettled = typeof settle === 'boolean' ? () => settle : settle;
  let checkpoints: ReadonlyMap<string, Checkpoint> = new Map();
  if (store !== undefined) {
    const { database, project } = store;
    if (again) await forgetCheckpoints(database, project, format.name, files);
    else checkpoints = await readCheckpoints(database, project, format.name, files);
  }
  const newIn = new Set(
    logs.filter(({ file }) => !checkpoints.has(file)).map((log) => topOf(log.name)),
  );
  const changed: ChangedLog[] = [];
  for (const log of logs) {
    const checkpoint = checkpoints.get(log.file);
    const isDue = isSettled(log) || newIn.has(topOf(log.name));
    if (isRead(log, checkpoint, isDue)) continue;
    try {
      const { mark, time } = await readHead(log.path);
      changed.push({ log, head: { mark, time }, checkpoint, settle: isDue });
    } catch (error) {
      fault(log, 0, reasonOf(error));
    }
  }
  changed.sort((a, b) => a.log.order - b.log.order || byAge(format, a, b));
  // A new file may copy messages that are still open in an older file, and must not become their
  // owner. So the older file is settled first. Nobody has a copy of the newest file yet.
  const last = new Map(changed.map((one) => [topOf(one.log.name), one]));
  return changed.map((one) =>
    last.get(topOf(one.log.name)) === one ? { ...one, settle: isSettled(one.log) } : one,
  );
}

/** Whether a file has no new content, and nothing open that is due to be counted as it is. */
const isRead = (log: FoundLog, checkpoint: Checkpoint | undefined, isDue: boolean): boolean =>
  checkpoint?.size === log.size &&
  checkpoint.modified_us === log.modified_us &&
  !(isDue && checkpoint.is_open);

/** Whether none of the logs has changed since it was read. Opens no file. */
export async function areRead(
  logs: readonly FoundLog[],
  { database, project }: Pick<LogStore, 'database' | 'project'>,
): Promise<boolean> {
  for (const format of new Set(logs.map((log) => log.format))) {
    const own = logs.filter((log) => log.format === format);
    const files = own.map(({ file }) => file);
    const checkpoints = await readCheckpoints(database, project, format.name, files);
    if (!own.every((log) => isRead(log, checkpoints.get(log.file), true))) return false;
  }
  return true;
}

/** The folder below a root within which files copy from each other, such as that of a project. */
export const topOf = (name: string): string => name.split('/')[0] ?? '';

/** Oldest first, so that a file owns what later files copy from it. */
function byAge(format: LogFormat, a: ChangedLog, b: ChangedLog): number {
  const byName = compare(base(a.log.name), base(b.log.name)) || compare(a.log.name, b.log.name);
  if (format.sortBy === 'name') return byName;
  const latest = Number.MAX_SAFE_INTEGER;
  return (
    (a.head.time ?? latest) - (b.head.time ?? latest) || a.log.born_ms - b.log.born_ms || byName
  );
}

const base = (name: string) => name.split('/').at(-1) ?? '';
const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
