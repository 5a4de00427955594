import type { FileHandle } from 'node:fs/promises';
import { InvalidRecordError } from '../../ingest/formats/log/log-record.js';
import { explained } from './log-bytes.js';
import { type LogLine, parseRecord } from './log-lines.js';

/** The maximum size of a file that is read as a whole, in bytes. */
const maxDocumentBytes = 64 * 1024 * 1024;

/** Whether a file is one JSON object over several lines, whatever its name is. */
export async function isDocument(handle: FileHandle): Promise<boolean> {
  const buffer = Buffer.alloc(16);
  const { bytesRead } = await explained(handle.read(buffer, 0, buffer.length, 0));
  return /^\ufeff?\s*\{\s*\n/.test(buffer.subarray(0, bytesRead).toString());
}

/** Reads a file as one JSON object. */
export async function readDocument(
  handle: FileHandle,
): Promise<Pick<LogLine, 'record' | 'fault'> & { readonly bytes: number }> {
  const { size } = await explained(handle.stat());
  if (size > maxDocumentBytes) {
    const expected = `a document of at most ${maxDocumentBytes} bytes`;
    return { fault: new InvalidRecordError('', expected, String(size)), bytes: 0 };
  }
  const text = await explained(handle.readFile('utf8'));
  return { ...parseRecord(text), bytes: size };
}
