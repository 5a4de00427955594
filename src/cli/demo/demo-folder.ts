import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where the demo's store lies. */
export interface DemoFolder {
  readonly dir: string;
  readonly isKept: boolean;
  /** Removes a temporary folder; leaves one that was asked for. */
  remove(): Promise<void>;
}

/** The folder asked for, or a fresh temporary one. */
export async function openDemoFolder(dir: string | undefined): Promise<DemoFolder> {
  if (dir !== undefined) return { dir, isKept: true, remove: async () => undefined };
  const parent = await mkdtemp(join(tmpdir(), 'runfold-demo-'));
  return {
    dir: join(parent, 'store'),
    isKept: false,
    remove: () => rm(parent, { recursive: true, force: true, maxRetries: 3 }),
  };
}
