import { findEmbeddedStore } from '../../embedded/embedded-store.js';

/** The workers of an embedded store, derived from the name of its owner; null if unknown. */
export async function countEmbeddedWorkers(dir: string, isOwner: boolean): Promise<number | null> {
  // This process has just opened the store, so no other process has it.
  if (isOwner) return 0;
  const owner = await findEmbeddedStore(dir);
  return owner !== undefined && /^runfold (up|worker|watch)$/.test(owner.role) ? 1 : null;
}
