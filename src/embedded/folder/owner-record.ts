import { readFile, stat } from 'node:fs/promises';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { codeOf } from '../../environment/error-fields.js';
import { getProcessStart } from '../../environment/process-start.js';

/** The name pg and psql derive from a socket directory and port 5432. */
export const SOCKET_NAME = '.s.PGSQL.5432';

const ownerRecord = z.object({
  pid: z.number().int().positive(),
  role: z.string(),
  /** See `getProcessStart`. */
  started: z.string(),
  socket_dir: z.string(),
  /** Unique to one ownership; names the file by which a successor claims it. */
  nonce: z.string(),
  /** The folder's inode: in a copy of the folder the record names another. */
  folder: z.string().optional(),
});

/** Who serves a store; the content of the owner file. */
export type OwnerRecord = z.infer<typeof ownerRecord>;

/** The owner written in a file; `undefined` when there is no such file. */
export async function readOwnerRecord(path: string): Promise<OwnerRecord | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
  try {
    return ownerRecord.parse(JSON.parse(text));
  } catch {
    // Torn by a power cut, after which no owner lives. Should one live all the same, its socket says so.
    return { pid: 0, role: 'unknown', started: '', socket_dir: dirname(path), nonce: torn };
  }
}

const torn = 'torn';

/** Whether a record could not be read. */
export const isTorn = ({ nonce }: OwnerRecord): boolean => nonce === torn;

/** What tells a folder from one that took its place, or from a copy. */
export async function folderIdentity(dir: string): Promise<string> {
  return String((await stat(dir, { bigint: true })).ino);
}

/** Whether a record was written for this very folder; one of an earlier version does not say. */
export async function isOfFolder(dir: string, { folder }: OwnerRecord): Promise<boolean> {
  return folder === undefined || folder === (await folderIdentity(dir));
}

/**
 * Whether the owner still lives: its process does, or its socket accepts connections (an owner in
 * another pid namespace on the same machine is only visible by its socket).
 */
export async function isOwnerAlive(owner: OwnerRecord): Promise<boolean> {
  if (owner.pid > 0 && (await getProcessStart(owner.pid)) === owner.started) return true;
  return acceptsConnections(join(owner.socket_dir, SOCKET_NAME));
}

function acceptsConnections(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const settle = (accepted: boolean) => {
      socket.destroy();
      resolve(accepted);
    };
    socket.once('connect', () => settle(true));
    socket.once('error', () => settle(false));
  });
}
