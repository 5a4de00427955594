import { once } from 'node:events';
import { type FileHandle, open, realpath, rename, rm, stat } from 'node:fs/promises';
import { CommandFailedError, UsageError } from '../command/command-error.js';
import type { Io, OutputStream } from '../io/io.js';

/** An output of text that exists completely or not at all. */
export interface Output {
  /** Resolves when more can be written. */
  write(text: string): Promise<void>;
  /** Gives the file its name, durably. */
  finish(): Promise<void>;
  /** Removes what was written. */
  discard(): Promise<void>;
}

/**
 * Opens a file, or standard output for `-`. A file is written as `<file>.part` in the same folder,
 * and renamed at the end. Standard output keeps what was written so far.
 * @throws CommandFailedError if it cannot be written
 */
export async function openOutput(file: string, io: Io): Promise<Output> {
  if (file === '-') return standardOutput(io.stdout);
  if (file === '') throw new UsageError('Expected the name of a file, or - for standard output.');
  const place = await locateOutput(file, io.locate(file));
  const part = `${place}.part`;
  let handle: FileHandle;
  try {
    // Created new: an existing file of that name may be a link to another file.
    await rm(part, { force: true });
    handle = await open(part, 'wx');
  } catch (error) {
    throw notWritable(file, error);
  }
  return {
    write: (text) => explained(file, () => handle.appendFile(text)),
    finish: () =>
      explained(file, async () => {
        await handle.sync();
        await handle.close();
        await rename(part, place);
      }),
    async discard() {
      await handle.close();
      await rm(part, { force: true });
    },
  };
}

const standardOutput = (stdout: OutputStream): Output => ({
  async write(text) {
    if (!stdout.write(text)) await once(stdout, 'drain');
  },
  finish: async () => undefined,
  discard: async () => undefined,
});

/** The target of a link; any other name unchanged. */
async function locateOutput(file: string, place: string): Promise<string> {
  try {
    const found = await stat(place);
    if (found.isFile()) return await realpath(place);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return place;
    throw notWritable(file, error);
  }
  throw new CommandFailedError(`${file} is not a regular file. Use - for standard output.`);
}

/** Errors of a file have the codes of lost connections, such as ENOENT of a socket. They must say that they are the file's. */
async function explained(file: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    throw notWritable(file, error);
  }
}

function notWritable(file: string, error: unknown): CommandFailedError {
  const reason = error instanceof Error ? error.message : String(error);
  return new CommandFailedError(`Cannot write ${file}: ${reason}.`);
}
