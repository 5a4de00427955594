import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { CommandFailedError } from '../command/command-error.js';
import type { Io } from '../io/io.js';

/** An input of bytes. */
export interface Input {
  /** Its name in messages about faults. */
  readonly name: string;
  /** Undefined if unknown, as with a pipe. */
  readonly bytes: number | undefined;
  /** Its bytes, as buffers. */
  readonly chunks: Readable;
}

/** Opens a file, or standard input for `-`. @throws CommandFailedError if it cannot be read */
export async function openInput(file: string, io: Io): Promise<Input> {
  if (file === '-') return { name: 'stdin', bytes: undefined, chunks: io.stdin };
  try {
    const handle = await open(io.locate(file));
    const stat = await handle.stat();
    if (stat.isDirectory()) {
      await handle.close();
      throw new CommandFailedError(`Cannot read ${file}: it is a folder, not a file.`);
    }
    const chunks = handle.createReadStream({ highWaterMark: 256 * 1024 });
    return {
      name: file,
      bytes: stat.isFile() ? stat.size : undefined,
      chunks,
    };
  } catch (error) {
    if (error instanceof CommandFailedError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandFailedError(`Cannot read ${file}: ${reason}.`);
  }
}
