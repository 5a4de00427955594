import { rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '../../environment/error-fields.js';

const fileOf = (dir: string) => join(dir, 'handover');

/** A request that is older is from a process that has given up, in milliseconds. It is repeated while it holds. */
const freshMs = 5_000;

/** Asks a guest that serves a folder only because its owner had ended to hand the folder over. */
export async function askForFolder(dir: string): Promise<void> {
  await writeFile(fileOf(dir), '', { mode: 0o600 });
}

/** Whether a process has just asked for the folder. */
export async function isAskedFor(dir: string): Promise<boolean> {
  try {
    return Date.now() - (await stat(fileOf(dir))).mtimeMs < freshMs;
  } catch (error) {
    // Without the folder its store stops by itself.
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}

/** Takes the request back, once the folder is one's own. */
export async function takeBackRequest(dir: string): Promise<void> {
  await rm(fileOf(dir), { force: true });
}
