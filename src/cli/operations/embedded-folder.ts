import { existsSync } from 'node:fs';
import { findEmbeddedStore } from '../../embedded/embedded-store.js';
import type { Config } from '../../environment/config.js';
import { CommandFailedError } from '../command/command-error.js';

/** For commands that read a store and must not create one. @throws CommandFailedError */
export function checkStoreExists({ database_url, dir }: Config): void {
  if (database_url !== undefined || existsSync(dir)) return;
  throw new CommandFailedError(
    `There is no store in ${dir}. Name its folder with --dir, or its server with DATABASE_URL; "runfold up" creates a new one.`,
  );
}

/** The workers of an embedded store, derived from the name of its owner; null if unknown. */
export async function countEmbeddedWorkers(dir: string, isOwner: boolean): Promise<number | null> {
  // This process has just opened the store, so no other process has it.
  if (isOwner) return 0;
  const owner = await findEmbeddedStore(dir);
  return owner !== undefined && /^runfold (up|worker|watch)$/.test(owner.role) ? 1 : null;
}
