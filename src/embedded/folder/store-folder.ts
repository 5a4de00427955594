import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  rmdir,
  stat,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { codeOf } from '../../environment/error-fields.js';
import { EmbeddedStoreError, notWritable } from './embedded-errors.js';
import { type OwnerRecord, socketDraft, socketName } from './owner-record.js';

/** The Postgres major version of the bundled PGlite; a folder of another one cannot be read. */
export const postgresMajor = '18';

// sockaddr_un has 108 bytes on Linux and 104 on macOS, including the terminator.
const socketPathLimit = 100;
const socketFolderPrefix = 'runfold-socket-';

/** Creates the folder (mode 0700) and its parents, or checks that an existing one is usable and private. */
export async function prepareStoreFolder(dir: string): Promise<void> {
  try {
    await createFolder(dir);
    const { mode } = await stat(dir);
    if ((mode & 0o077) !== 0) await makePrivate(dir);
    const probe = join(dir, `probe.${process.pid}`);
    await writeFile(probe, '', { mode: 0o600 });
    await rm(probe, { force: true });
  } catch (error) {
    if (error instanceof EmbeddedStoreError) throw error;
    const code = codeOf(error);
    if (code === 'EEXIST' || code === 'ENOTDIR') {
      throw new EmbeddedStoreError(
        'embedded_store_not_a_directory',
        dir,
        `${dir} is a file, not a folder. Choose another folder.`,
        { cause: error },
      );
    }
    throw notWritable(dir, error);
  }
}

/**
 * Creates a folder and its parents. Node's own recursive mkdir retries forever
 * if an existing parent refuses with ENOENT, as /proc and some automounted folders do.
 */
async function createFolder(dir: string): Promise<void> {
  if (await exists(dir)) return;
  const parent = dirname(dir);
  if (parent !== dir) await createFolder(parent);
  await mkdir(dir, { mode: 0o700 }).catch(async (error: NodeJS.ErrnoException) => {
    // Another process may have been faster.
    if (error.code !== 'EEXIST' || !(await exists(dir))) throw error;
  });
}

async function makePrivate(dir: string): Promise<void> {
  const entries = await readdir(dir);
  if (entries.length > 0 && !entries.includes('data')) {
    throw new EmbeddedStoreError(
      'embedded_store_not_private',
      dir,
      `Expected ${dir} to be empty or a store, got a folder open to other users that holds other files. ` +
        'Choose another folder, or give this one mode 0700.',
    );
  }
  await chmod(dir, 0o700);
}

/** The folder for the store's socket: the store's own, or a new private one if its path is too long. */
export async function prepareSocketFolder(dir: string): Promise<string> {
  if (Buffer.byteLength(join(dir, socketName)) <= socketPathLimit) return dir;
  const parent = socketParents().find(
    (folder) =>
      Buffer.byteLength(join(folder, `${socketFolderPrefix}123456`, socketName)) <= socketPathLimit,
  );
  if (parent === undefined) {
    throw new EmbeddedStoreError(
      'embedded_store_not_writable',
      dir,
      `Expected a path of at most ${socketPathLimit} bytes for the store's socket, in ${dir} or in ${tmpdir()}; both are longer. ` +
        'Choose a folder with a shorter path, or set TMPDIR to one.',
    );
  }
  return mkdtemp(join(parent, socketFolderPrefix));
}

/** Where folders for sockets are made. TMPDIR may be as long as the store's own path. */
const socketParents = () => (process.platform === 'win32' ? [tmpdir()] : [tmpdir(), '/tmp']);

/** Removes an owner's socket, and its folder if that was created only for the socket. */
export async function removeSocket(dir: string, owner: OwnerRecord): Promise<void> {
  const { socket_dir } = owner;
  await rm(join(socket_dir, socketName), { force: true });
  await rm(join(socket_dir, socketDraft(owner)), { force: true });
  if (socket_dir === dir || !socketParents().includes(dirname(socket_dir))) return;
  if (!basename(socket_dir).startsWith(socketFolderPrefix)) return;
  await rmdir(socket_dir).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
}

/**
 * Removes files of dead owners and checks the data folder. Only the folder's owner may call it.
 * Returns whether the store must be created.
 */
export async function prepareDataFolder(
  dir: string,
  predecessors: readonly OwnerRecord[],
): Promise<{ data_dir: string; fresh: boolean }> {
  const data_dir = join(dir, 'data');
  for (const dead of predecessors) await removeSocket(dir, dead);
  await rm(join(dir, socketName), { force: true });
  // The marker exists while a store is being created: nothing was acknowledged yet, so an interrupted creation
  // starts from scratch.
  if (await exists(creationMarker(dir))) await rm(data_dir, { recursive: true, force: true });
  if (!(await exists(data_dir))) {
    await writeFile(creationMarker(dir), '', { mode: 0o600 });
    await ignoreInGit(dir);
    return { data_dir, fresh: true };
  }
  await rm(join(data_dir, 'postmaster.pid'), { force: true });
  await checkVersion(dir, data_dir);
  return { data_dir, fresh: false };
}

/** A store is created in the folder of a project: `git add .` must not take it. */
async function ignoreInGit(dir: string): Promise<void> {
  await writeFile(join(dir, '.gitignore'), '*\n', { flag: 'wx' }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    },
  );
}

/** Marks the creation of a store as complete. */
export async function markCreated(dir: string): Promise<void> {
  await rm(creationMarker(dir), { force: true });
}

async function checkVersion(dir: string, data_dir: string): Promise<void> {
  let version: string;
  try {
    version = (await readFile(join(data_dir, 'PG_VERSION'), 'utf8')).trim();
  } catch (error) {
    throw new EmbeddedStoreError(
      'embedded_store_unreadable',
      dir,
      `Expected ${data_dir} to hold a Postgres store, got no readable PG_VERSION. Restore the folder from a backup, or choose another one.`,
      { cause: error },
    );
  }
  if (version === postgresMajor) return;
  throw new EmbeddedStoreError(
    'embedded_store_wrong_version',
    dir,
    `Expected ${dir} to be a store of Postgres ${postgresMajor}, got Postgres ${version}. ` +
      `Open it with the version of runfold that wrote it, or choose another folder.`,
  );
}

function creationMarker(dir: string): string {
  return join(dir, 'creating');
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return false;
      throw error;
    },
  );
}
