import { existsSync } from 'node:fs';
import { findEmbeddedStore } from '../../embedded/embedded-store.js';
import type { Config } from '../../environment/config.js';
import { CommandFailedError } from '../command/command-error.js';

/** For commands that look at a store and must not make one. @throws CommandFailedError */
export function checkStoreExists({ database_url, dir }: Config): void {
  if (database_url !== undefined || existsSync(dir)) return;
  throw new CommandFailedError(
    `There is no store in ${dir}. Name its folder with --dir, or its server with DATABASE_URL; "runfold up" makes a new one.`,
  );
}

/** Workers of an embedded store, as its owner's name tells; null where it does not. */
export async function countEmbeddedWorkers(dir: string, isOwner: boolean): Promise<number | null> {
  // Whoever looks has just opened it: nobody else has it.
  if (isOwner) return 0;
  const owner = await findEmbeddedStore(dir);
  return owner !== undefined && /^runfold (up|worker|watch)$/.test(owner.role) ? 1 : null;
}
