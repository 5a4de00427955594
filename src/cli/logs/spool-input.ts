import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { UsageError } from '../command/command-error.js';
import type { Io } from '../io/io.js';

/** Standard input as a file, because logs are read from files. */
export interface Spool {
  readonly file: string;
  readonly paths: readonly string[];
  remove(): Promise<void>;
}

/**
 * Writes standard input to a file if the path is `-`, because a log is not read in the order of a
 * stream. Undefined for other paths. @throws UsageError
 */
export async function openSpool(
  { stdin }: Io,
  paths: readonly string[],
  signal: AbortSignal,
): Promise<Spool | undefined> {
  if (!paths.includes('-')) return undefined;
  if (paths.length > 1) throw new UsageError('-: expected standard input alone, got other paths.');
  const folder = await mkdtemp(join(tmpdir(), 'runfold-stdin-'));
  const file = join(folder, 'stdin.jsonl');
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    await pipeline(stdin, createWriteStream(file, { mode: 0o600 }), { signal });
  } catch (error) {
    if (!signal.aborted) {
      await remove();
      throw error;
    }
  }
  return { file, paths: [file], remove };
}
