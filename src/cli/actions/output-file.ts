import { once } from 'node:events';
import { type FileHandle, open, realpath, rename, rm, stat } from 'node:fs/promises';
import { CommandFailedError } from '../command/command-error.js';
import type { Io, OutputStream } from '../io/io.js';

/** An output of text that is there as a whole or not at all. */
export interface Output {
  /** Resolves when more may be written. */
  write(text: string): Promise<void>;
  /** Puts what was written in place, durably. */
  finish(): Promise<void>;
  /** Leaves nothing behind. */
  discard(): Promise<void>;
}

/**
 * Opens a file, or standard output for `-`. A file is written beside its place, as `<file>.part`,
 * and given its name at the end; standard output has what was written so far.
 * @throws CommandFailedError when it cannot be written.
 */
export async function openOutput(file: string, io: Io): Promise<Output> {
  if (file === '-') return standardOutput(io.stdout);
  const place = await placeOf(file, io.locate(file));
  const part = `${place}.part`;
  let handle: FileHandle;
  try {
    // Made new: what stands there under its name may be a link to somebody else's file.
    await rm(part, { force: true });
    handle = await open(part, 'wx');
  } catch (error) {
    throw notWritable(file, error);
  }
  return {
    write: (text) => handle.appendFile(text),
    async finish() {
      await handle.sync();
      await handle.close();
      await rename(part, place);
    },
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

/** The file itself where it is a link; a new name as it is. */
async function placeOf(file: string, place: string): Promise<string> {
  try {
    const found = await stat(place);
    if (found.isFile()) return await realpath(place);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return place;
    throw notWritable(file, error);
  }
  throw new CommandFailedError(
    `Expected ${file} to be a file or a new name, got neither. Use - for standard output.`,
  );
}

function notWritable(file: string, error: unknown): CommandFailedError {
  const reason = error instanceof Error ? error.message : String(error);
  return new CommandFailedError(`Expected ${file} to be writable, got: ${reason}.`);
}
