import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { parseTimestamp } from '../../events/timestamp.js';

/** The beginning of a file. */
export interface LogHead {
  /** Length and hash of the first bytes, to recognize the file. */
  readonly mark: string;
  /** The first time in it, in microseconds; undefined if its beginning has none. */
  readonly time: number | undefined;
  /** Its beginning, which may end within a line. */
  readonly text: string;
}

const markBytes = 1024;
const headBytes = 64 * 1024;

/** Opens a file for reading. A FIFO does not block it. */
export const openLogFile = (path: string): Promise<FileHandle> =>
  open(path, constants.O_RDONLY | constants.O_NONBLOCK);

/** Reads the beginning of a file. */
export async function readHead(path: string): Promise<LogHead> {
  const handle = await openLogFile(path);
  try {
    const buffer = Buffer.alloc(headBytes);
    const { bytesRead } = await handle.read(buffer, 0, headBytes, 0);
    const bytes = buffer.subarray(0, bytesRead);
    const text = bytes.toString();
    const [, first] = /"(?:timestamp|startTime)":\s*"([^"]{1,40})"/.exec(text) ?? [];
    return {
      mark: markOf(bytes.subarray(0, markBytes)),
      time: first === undefined ? undefined : parseTimestamp(first),
      text,
    };
  } finally {
    await handle.close();
  }
}

function markOf(bytes: Buffer): string {
  return `${bytes.length} ${createHash('sha256').update(bytes).digest('base64')}`;
}

/** Whether an open file still has the marked beginning. The file may have been shorter then. */
export async function beginsWith(handle: FileHandle, mark: string): Promise<boolean> {
  const length = Number(mark.split(' ')[0]);
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await handle.read(buffer, 0, length, 0);
  return bytesRead === length && markOf(buffer) === mark;
}

/** Whether a file is UTF-16, as PowerShell writes it: none of its lines would be read as one. */
export async function isUtf16(handle: FileHandle): Promise<boolean> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(2), 0, 2, 0);
  return bytesRead === 2 && ['fffe', 'feff'].includes(buffer.toString('hex'));
}
