import { once } from 'node:events';
import { accessSync, constants, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { delimiter, join } from 'node:path';

const debianPostgres = '/usr/lib/postgresql';

/** The user that runs a server: unchanged, or the one that a process of root must switch to. */
export interface ProcessUser {
  readonly uid?: number;
  readonly gid?: number;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function debianFolders(): string[] {
  try {
    const versions = readdirSync(debianPostgres).sort((a, b) => Number(b) - Number(a));
    return versions.map((version) => join(debianPostgres, version, 'bin'));
  } catch {
    return [];
  }
}

/**
 * The first folder with all of `names`: first the PATH, then Debian's folders of Postgres, which
 * are not on it, newest version first. All must be in one folder, because `initdb` and `postgres`
 * of different versions do not work together. `more` are folders to search after those.
 */
export function findBinaries(
  names: readonly string[],
  more: readonly string[] = [],
): string | undefined {
  const onPath = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  return [...onPath, ...debianFolders(), ...more].find((folder) =>
    names.every((name) => isExecutable(join(folder, name))),
  );
}

/**
 * Postgres refuses to run as root. It then runs as `postgres` or, if that user is missing,
 * `nobody`.
 */
export function unprivilegedUser(): ProcessUser {
  if (process.getuid?.() !== 0) return {};
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  const user = ['postgres', 'nobody']
    .map((name) => users.find(([candidate]) => candidate === name))
    .find((entry) => entry !== undefined);
  if (user === undefined) throw new Error('Expected a user postgres or nobody to run Postgres as');
  return { uid: Number(user[2]), gid: Number(user[3]) };
}

/** A port that is free now. A server that finds it taken a moment later reports that and ends. */
export async function freePort(): Promise<number> {
  const probe = createServer();
  probe.listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('Expected a TCP port');
  return address.port;
}
