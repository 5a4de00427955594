import type { Dirent, Stats } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, join, resolve, sep } from 'node:path';
import { nameBasedUuid } from '../../events/event-id.js';
import type { LogFormat } from '../../ingest/formats/log/log-format.js';

/** A file that may be a log. */
export interface FoundLog {
  readonly format: LogFormat;
  /** As it was given, or below a given folder. */
  readonly path: string;
  /** The path below that folder, with slashes. */
  readonly name: string;
  readonly order: number;
  /** The name-based UUID of this machine and the whole path. */
  readonly file: string;
  readonly size: number;
  readonly modified_us: number;
  readonly born_ms: number;
}

/** A path to search, and the format of its files. */
export interface LogPlace {
  readonly path: string;
  readonly format: LogFormat;
}

/** Receives an error of a file or a folder. */
export type OnFileFault = (path: string, text: string) => void;

/** The UUID under which a file's checkpoint is stored. The path itself is not stored. */
export const fileUuid = (path: string) => nameBasedUuid(`${hostname()} ${resolve(path)}`);

/**
 * The logs at some paths. A named file is always taken; in a folder, every file below it that the
 * format accepts. Links are followed, but never back to a folder that contains them. Anything that
 * cannot be read is reported, and the rest is found.
 */
export async function findLogs(
  places: readonly LogPlace[],
  onFault: OnFileFault,
): Promise<readonly FoundLog[]> {
  const found = new Map<string, FoundLog>();
  for (const { path, format } of places) {
    const add = (file: string, name: string, stats: Stats, order: number) => {
      const uuid = fileUuid(file);
      if (found.has(`${format.name} ${uuid}`)) return;
      found.set(`${format.name} ${uuid}`, {
        format,
        path: file,
        name,
        order,
        file: uuid,
        size: stats.size,
        modified_us: Math.round(stats.mtimeMs * 1000),
        born_ms: stats.birthtimeMs,
      });
    };
    await look(path, '', [], { format, add, onFault });
  }
  return [...found.values()];
}

interface Looking {
  readonly format: LogFormat;
  readonly add: (file: string, name: string, stats: Stats, order: number) => void;
  readonly onFault: OnFileFault;
}

/** Searches a given path (`name` is empty), or one below it. */
async function look(
  path: string,
  name: string,
  above: readonly string[],
  looking: Looking,
): Promise<void> {
  const { format, add, onFault } = looking;
  try {
    const stats = await stat(path);
    if (stats.isDirectory()) {
      const here = await realpath(path);
      if (above.includes(here)) {
        onFault(path, 'expected a folder, got a link to a folder above it');
        return;
      }
      const entries = await readdir(path, { withFileTypes: true });
      entries.sort((a, b) => (a.name < b.name ? -1 : 1));
      for (const entry of entries) {
        const below = name === '' ? entry.name : `${name}/${entry.name}`;
        if (isFolder(entry) || format.isLog(below) !== false) {
          await look(join(path, entry.name), below, [...above, here], looking);
        }
      }
      return;
    }
    const taken = format.isLog(name === '' ? basename(path) : name);
    if (!stats.isFile()) {
      onFault(path, `expected a file, got ${kindOf(stats)}`);
      return;
    }
    // A named file is read whatever its name is.
    add(path, name === '' ? nameBelowRoot(path) : name, stats, taken === false ? 0 : taken.order);
  } catch (error) {
    onFault(path, reasonOf(error));
  }
}

const isFolder = (entry: Dirent) => entry.isDirectory() || entry.isSymbolicLink();

/** For a named file, its last folders tell as much as they would below a root. */
const nameBelowRoot = (path: string) => resolve(path).split(sep).slice(-4).join('/');

function kindOf(stats: Stats): string {
  if (stats.isFIFO()) return 'a FIFO';
  if (stats.isSocket()) return 'a socket';
  return 'a device';
}

/** The system's message about a file, without the path, which is reported already. */
export function reasonOf(error: unknown): string {
  const { code, message = String(error) } = error as { code?: string; message?: string };
  if (code === 'EACCES' || code === 'EPERM') return 'expected a readable file, got no permission';
  if (code === 'ENOENT') return 'expected a file, got none';
  if (code === 'ELOOP') return 'expected a file, got a link that leads to itself';
  return `expected a readable file, got ${code ?? message}`;
}
