import { execFileSync } from 'node:child_process';
import {
  chownSync,
  closeSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { unprivilegedUser } from './server-binary.js';

/** A small file system in memory that can be filled. */
export interface SmallDisk {
  /** A folder on it, of the user that runs Postgres. */
  readonly folder: string;
  /** Writes until the disk is full, but for some bytes if they are given. */
  fill(but?: number): void;
  /** Frees the space. */
  free(): void;
  close(): void;
}

/** Mounts it in a folder. Returns a string with the reason if that is not possible here. */
export function openSmallDisk(folder: string, { mb = 64 } = {}): SmallDisk | string {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) {
    return 'a small disk needs root on Linux, to mount a tmpfs';
  }
  mkdirSync(folder);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${mb}m`, 'tmpfs', folder], { stdio: 'pipe' });
  } catch (error) {
    return `a small disk could not be mounted: ${error instanceof Error ? error.message : error}`;
  }
  const unmount = () => execFileSync('umount', ['--lazy', folder]);
  process.once('exit', unmount);
  const { uid = 0, gid = 0 } = unprivilegedUser();
  const space = join(folder, 'space');
  mkdirSync(space, { mode: 0o700 });
  chownSync(space, uid, gid);
  chownSync(folder, uid, gid);
  const ballast = join(folder, 'ballast');
  return {
    folder: space,
    fill(but = 0) {
      const file = openSync(ballast, 'w');
      try {
        for (const size of [1 << 20, 4096]) writeUntilFull(file, Buffer.alloc(size));
        ftruncateSync(file, fstatSync(file).size - but);
      } finally {
        closeSync(file);
      }
    },
    free: () => rmSync(ballast, { force: true }),
    close() {
      process.off('exit', unmount);
      unmount();
    },
  };
}

function writeUntilFull(file: number, piece: Buffer): void {
  try {
    while (writeSync(file, piece) === piece.length);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  }
}
