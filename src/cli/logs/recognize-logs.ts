import type { JsonObject } from '../../ingest/formats/log/log-record.js';
import { logFormats } from '../../ingest/formats/log-formats.js';
import { type FoundLog, type OnFileFault, reasonOf } from '../../logs/files/find-logs.js';
import { isDocument, readDocument } from '../../logs/files/log-document.js';
import { openLogFile, readHead } from '../../logs/files/log-head.js';
import { parseRecord } from '../../logs/files/log-lines.js';

/** The number of lines that are checked. */
const mostLines = 20;

/**
 * Each file once, with the format of its first lines. A file of an unknown format is reported.
 */
export async function recognizeLogs(
  logs: readonly FoundLog[],
  onFault: OnFileFault,
): Promise<readonly FoundLog[]> {
  const files = new Map<string, FoundLog[]>();
  for (const log of logs) files.set(log.file, [...(files.get(log.file) ?? []), log]);
  const recognized: FoundLog[] = [];
  for (const candidates of files.values()) {
    const [first] = candidates;
    if (first === undefined) continue;
    try {
      const records = await readFirst(first.path);
      const format = logFormats.find((one) => one.recognizes(records));
      const log = candidates.find((one) => one.format === format);
      if (log !== undefined) recognized.push(log);
      else if (format !== undefined) {
        const order = format.isLog(first.name);
        recognized.push({ ...first, format, order: order === false ? 0 : order.order });
      } else onFault(first.path, 'expected a log of a known format, got another file');
    } catch (error) {
      onFault(first.path, reasonOf(error));
    }
  }
  return recognized;
}

/** The records of the first lines of a file, or the only one of a document. */
async function readFirst(path: string): Promise<readonly JsonObject[]> {
  const handle = await openLogFile(path);
  try {
    if (await isDocument(handle)) {
      const { record } = await readDocument(handle);
      return record === undefined ? [] : [record];
    }
  } finally {
    await handle.close();
  }
  const { text } = await readHead(path);
  const lines = text.split('\n').slice(0, -1);
  return lines.slice(0, mostLines).flatMap((line): readonly JsonObject[] => {
    const { record } = parseRecord(line);
    return record === undefined ? [] : [record];
  });
}
