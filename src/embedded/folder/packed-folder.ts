import {
  closeSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  writeSync,
} from 'node:fs';
import { join, relative } from 'node:path';

/** The listing of a packed folder, in the order of its contents. */
interface Listing {
  /** Parents come before their children. */
  readonly folders: readonly string[];
  /** Path, size, and the number of stored bytes: zeros at the end of a file are not stored. */
  readonly files: readonly (readonly [path: string, size: number, kept: number])[];
}

/** A folder as bytes: its listing as one line of JSON, then the contents of its files. */
export function packFolder(folder: string): Buffer {
  const folders: string[] = [];
  const files: [string, number, number][] = [];
  const contents: Buffer[] = [];
  const add = (path: string) => {
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      const inner = join(path, entry.name);
      if (entry.isDirectory()) {
        folders.push(relative(folder, inner));
        add(inner);
        continue;
      }
      const content = readFileSync(inner);
      const kept = sizeWithoutZeros(content);
      files.push([relative(folder, inner), content.length, kept]);
      contents.push(content.subarray(0, kept));
    }
  };
  add(folder);
  const listing: Listing = { folders, files };
  return Buffer.concat([Buffer.from(`${JSON.stringify(listing)}\n`), ...contents]);
}

function sizeWithoutZeros(content: Buffer): number {
  let size = content.length;
  while (size > 0 && content[size - 1] === 0) size -= 1;
  return size;
}

/** Creates the folder, which must not exist, from the result of `packFolder`. */
export function unpackFolder(packed: Buffer, folder: string): void {
  const lineEnd = packed.indexOf('\n');
  const { folders, files }: Listing = JSON.parse(packed.toString('utf8', 0, lineEnd));
  mkdirSync(folder, { mode: 0o700 });
  for (const path of folders) mkdirSync(join(folder, path), { mode: 0o700 });
  let offset = lineEnd + 1;
  for (const [path, size, kept] of files) {
    const file = openSync(join(folder, path), 'wx', 0o600);
    try {
      if (kept > 0) writeSync(file, packed, offset, kept);
      if (size > kept) ftruncateSync(file, size);
    } finally {
      closeSync(file);
    }
    offset += kept;
  }
}
