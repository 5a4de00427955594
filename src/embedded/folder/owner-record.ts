import { readFile, stat } from 'node:fs/promises';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { codeOf } from '../../environment/error-fields.js';
import { getProcessStart } from '../../environment/process-start.js';

/** The name that pg and psql derive from a socket directory and port 5432. */
export const socketName = '.s.PGSQL.5432';

const ownerRecord = z.object({
  pid: z.number().int().positive(),
  role: z.string(),
  /** See `getProcessStart`. */
  started: z.string(),
  socket_dir: z.string(),
  /** Unique to one ownership; names the file by which a successor claims it. */
  nonce: z.string(),
  /** The folder's inode: a copy of the folder has another one. */
  folder: z.string().optional(),
  /** It serves only until another process wants to. Records of earlier versions do not say. */
  yields: z.boolean().optional(),
});

/** The process that serves a store; the content of the owner file. */
export type OwnerRecord = z.infer<typeof ownerRecord>;

/** The name under which an owner makes its socket; no longer than `socketName`. */
export const socketDraft = ({ nonce }: OwnerRecord): string => `s.${nonce.slice(0, 8)}`;

/** The owner in a file; `undefined` if there is no such file. */
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
    // Torn by a power cut, after which no owner is alive. If one is alive nevertheless, its socket responds.
    return { pid: 0, role: 'unknown', started: '', socket_dir: dirname(path), nonce: torn };
  }
}

const torn = 'torn';

/** Whether a record could not be read. */
export const isTorn = ({ nonce }: OwnerRecord): boolean => nonce === torn;

/** The identity of a folder, to distinguish it from a replacement or a copy. */
export async function folderIdentity(dir: string): Promise<string> {
  return String((await stat(dir, { bigint: true })).ino);
}

/** Whether a record was written for this folder; records of earlier versions do not say. */
export async function wasWrittenFor(dir: string, { folder }: OwnerRecord): Promise<boolean> {
  return folder === undefined || folder === (await folderIdentity(dir));
}

/**
 * Whether the owner is alive: its process is, or its socket accepts connections (an owner in
 * another pid namespace on the same machine is visible only by its socket).
 */
export async function isOwnerAlive(owner: OwnerRecord): Promise<boolean> {
  if (owner.pid > 0 && (await getProcessStart(owner.pid)) === owner.started) return true;
  return acceptsConnections(join(owner.socket_dir, socketName));
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
