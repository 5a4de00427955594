import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The folder of the demo's store. */
export interface DemoFolder {
  readonly dir: string;
  readonly isKept: boolean;
  /** Removes a temporary folder; keeps one that the user named. */
  remove(): Promise<void>;
}

/** The folder that the user named, or a new temporary one. */
export async function openDemoFolder(dir: string | undefined): Promise<DemoFolder> {
  if (dir !== undefined) return { dir, isKept: true, remove: async () => undefined };
  const parent = await mkdtemp(join(tmpdir(), 'runfold-demo-'));
  return {
    dir: join(parent, 'store'),
    isKept: false,
    remove: () => rm(parent, { recursive: true, force: true, maxRetries: 3 }),
  };
}
