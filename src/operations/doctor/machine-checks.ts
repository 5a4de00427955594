import { stat, statfs } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { bytesText, type Check, checksOf } from './check.js';

const check = checksOf('machine');
const megabyte = 2 ** 20;
/** The oldest supported version of Node.js. */
const oldestNode = [20, 19] as const;

/** The facts that the checks of this machine use. */
export interface MachineFacts {
  readonly node_version: string;
  /** Memory that this process may use, in bytes. */
  readonly memory_bytes: number;
  /** The folder of an embedded store; undefined on servers. */
  readonly folder:
    | {
        readonly path: string;
        readonly free_bytes: number;
        /** Permission bits. */
        readonly mode: number;
      }
    | undefined;
}

/** Checks this machine; `dir` is the folder of an embedded store. */
export async function readMachineFacts(dir: string | undefined): Promise<MachineFacts> {
  const limit = process.constrainedMemory?.() ?? 0;
  const total = totalmem();
  return {
    node_version: process.versions.node,
    memory_bytes: limit > 0 ? Math.min(limit, total) : total,
    folder: dir === undefined ? undefined : await readFolder(dir),
  };
}

async function readFolder(path: string) {
  const [{ bavail, bsize }, { mode }] = await Promise.all([statfs(path), stat(path)]);
  return { path, free_bytes: bavail * bsize, mode: mode & 0o777 };
}

/** Checks the facts of a machine. Pure. */
export function checkMachine({ node_version, memory_bytes, folder }: MachineFacts): Check[] {
  const [major = 0, minor = 0] = node_version.split('.').map(Number);
  const isOld = major < oldestNode[0] || (major === oldestNode[0] && minor < oldestNode[1]);
  const needed = folder === undefined ? 384 : 768;
  return [
    check(
      'node',
      node_version,
      isOld
        ? {
            level: 'problem',
            why: `Runfold is tested with Node.js ${oldestNode.join('.')} and newer.`,
            fix: 'Install a newer Node.js, such as 22.',
          }
        : undefined,
    ),
    check(
      'memory',
      bytesText(memory_bytes),
      memory_bytes < needed * megabyte
        ? {
            level: 'advice',
            why: `${folder === undefined ? 'A worker needs about 250 MB' : 'A process with an embedded store needs about 400 MB'}.`,
            fix: `Give it ${needed} MB or more.`,
          }
        : undefined,
    ),
    ...(folder === undefined ? [] : checkFolder(folder)),
  ];
}

function checkFolder({ path, free_bytes, mode }: NonNullable<MachineFacts['folder']>): Check[] {
  return [
    check(
      'free_disk',
      `${bytesText(free_bytes)} at ${path}`,
      free_bytes < 1024 * megabyte
        ? {
            level: free_bytes < 200 * megabyte ? 'problem' : 'advice',
            why: 'A store needs about 700 bytes per event, and a rebuild needs the space of its totals again. When the disk is full, nothing more is folded.',
            fix: `Free some space, or move the folder while no process has it open: mv ${path} /a/larger/disk/`,
          }
        : undefined,
    ),
    check(
      'folder_mode',
      mode.toString(8).padStart(4, '0'),
      (mode & 0o077) !== 0
        ? {
            level: 'problem',
            why: 'The mode of the folder is the only protection of an embedded store: other users of this machine can read or change it.',
            fix: `chmod 0700 ${path}`,
          }
        : undefined,
    ),
  ];
}
