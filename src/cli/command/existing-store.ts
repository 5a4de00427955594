import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { editDistance } from '../../environment/edit-distance.js';
import { CommandFailedError } from './command-error.js';
import type { Settings } from './settings.js';

/**
 * Checks that the embedded store that a command reads exists: a mistyped folder would become an empty
 * store. @throws CommandFailedError
 */
export function expectStore({ database_url, dir }: Settings): void {
  if (database_url !== undefined || isStore(dir)) return;
  const near = nearestStore(dir);
  throw new CommandFailedError(
    `There is no store in ${dir}: ${reasonFor(dir)}. ${
      near === undefined
        ? '"runfold ingest", "runfold watch" and "runfold up" create one; --dir and DATABASE_URL name another.'
        : `There is one in ${near}: see --dir.`
    }`,
  );
}

function reasonFor(dir: string): string {
  const found = statSync(dir, { throwIfNoEntry: false });
  if (found === undefined) return 'the folder does not exist';
  return found.isDirectory() ? 'the folder has none' : 'it is not a folder';
}

const isStore = (dir: string) =>
  existsSync(join(dir, 'data')) || existsSync(join(dir, 'owner.json'));

/** A store in the same folder with nearly the same name, or one with this name in a folder above. */
function nearestStore(dir: string): string | undefined {
  const name = basename(dir);
  const beside = foldersIn(dirname(dir))
    .filter((other) => isStore(join(dirname(dir), other)))
    .map((other) => ({ other, distance: editDistance(other, name) }))
    .filter(({ distance }) => distance <= Math.max(2, name.length / 3))
    .sort((a, b) => a.distance - b.distance);
  const [nearest] = beside;
  if (nearest !== undefined) return join(dirname(dir), nearest.other);
  for (let up = dirname(dir); up !== dirname(up); up = dirname(up)) {
    const place = join(dirname(up), name);
    if (isStore(place)) return place;
  }
  return undefined;
}

function foldersIn(dir: string): string[] {
  if (!existsSync(dir)) return [];
  return readdirSync(dir, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
}
