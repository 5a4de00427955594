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

/** Below the ports that systems give to clients, so that no client takes one while a server is restarted. */
const firstPort = 10_000;
const lastPort = 21_999;

/**
 * A port that is free now. With `above`, the port at that distance above it is free too; a node of a Redis Cluster
 * needs both. A server that finds it taken a moment later reports that and ends.
 */
export async function freePort({ above = 0 } = {}): Promise<number> {
  for (;;) {
    const port = firstPort + Math.floor(Math.random() * (lastPort + 1 - firstPort));
    if ((await isFree(port)) && (above === 0 || (await isFree(port + above)))) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const probe = createServer();
  const taken = new Promise<boolean>((resolve, reject) => {
    probe.once('listening', () => resolve(false));
    probe.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(true) : reject(error),
    );
  });
  probe.listen(port, '127.0.0.1');
  if (await taken) return false;
  probe.close();
  await once(probe, 'close');
  return true;
}
