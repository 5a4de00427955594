import type { FileHandle } from 'node:fs/promises';
import { RunfoldError } from '../../environment/runfold-error.js';
import { unzstd } from '../../ingest/zstd-frames.js';
import { reasonOf } from './find-logs.js';

const chunkBytes = 256 * 1024;
/** The maximum size of a compressed log after decompression, in bytes. */
const maxLogBytes = 2 ** 40;

/** A file cannot be read, or its content does not match its name. */
export class UnreadableLogError extends RunfoldError {
  readonly code = 'unreadable_log';
}

/** Wraps an error of the file system, to tell it apart from errors of the store. */
export async function explained<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw new UnreadableLogError(reasonOf(error));
  }
}

/** Decompresses Zstandard data. @throws UnreadableLogError */
export async function* decompressed(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const errors = {
    unreadable: (expected: string) =>
      new UnreadableLogError(`expected ${expected}, got other bytes`),
    tooLarge: (what: string) => new UnreadableLogError(`expected ${what}, got more`),
  };
  for await (const { buffer, byteOffset, length } of unzstd(source, maxLogBytes, errors)) {
    yield Buffer.from(buffer, byteOffset, length);
  }
}

/** The bytes of a file from a position up to the end that the file has when it is reached. */
export async function* fileChunks(
  handle: FileHandle,
  from: number,
  {
    onBytes,
    isStopped,
  }: { readonly onBytes: (bytes: number) => void; readonly isStopped: () => boolean },
): AsyncGenerator<Buffer> {
  const buffer = Buffer.allocUnsafe(chunkBytes);
  for (let position = from; !isStopped(); ) {
    const { bytesRead } = await explained(handle.read(buffer, 0, chunkBytes, position));
    if (bytesRead === 0) return;
    position += bytesRead;
    onBytes(bytesRead);
    yield buffer.subarray(0, bytesRead);
  }
}
