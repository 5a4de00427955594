import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, brotliDecompress, constants } from 'node:zlib';
import { migrationsFolder } from '../../environment/package-files.js';

/**
 * Where the build keeps a data folder with all tables and no event in it. To unpack it takes a
 * fraction of the time that making one anew does.
 */
export const templateFolder = fileURLToPath(new URL('../../../store-template', import.meta.url));

const compress = promisify(brotliCompress);
const decompress = promisify(brotliDecompress);

/**
 * What a template is made from. One made from anything else than what is installed here is not
 * used: another PGlite may keep its files otherwise, another BullMQ its tables.
 */
async function recipe(): Promise<string> {
  const versions = await Promise.all(['@electric-sql/pglite', 'bullmq'].map(installedVersion));
  const hash = createHash('sha256').update(JSON.stringify(versions));
  for (const name of (await readdir(migrationsFolder, { recursive: true })).sort()) {
    if (/^(\d{4}_.+\.sql|views.[^.]+\.(sql|json))$/.test(name)) {
      hash.update(name).update(await readFile(join(migrationsFolder, name)));
    }
  }
  return hash.digest('hex');
}

/** From its manifest, as neither package exports its version. */
async function installedVersion(name: string): Promise<string> {
  for (const folder of createRequire(import.meta.url).resolve.paths(name) ?? []) {
    const manifest = await read(join(folder, name, 'package.json'));
    if (manifest !== undefined) return JSON.parse(manifest.toString()).version;
  }
  // Where packages are not kept in folders, no template fits.
  return 'unknown';
}

/** The tarball of a data folder; undefined where none was built, or not from what is installed. */
export async function readStoreTemplate(folder = templateFolder): Promise<Blob | undefined> {
  if (!(await isStoreTemplateCurrent(folder))) return undefined;
  const file = join(folder, 'data.tar.br');
  try {
    const tarball = await decompress(await readFile(file));
    return new Blob([new Uint8Array(tarball)], { type: 'application/x-tar' });
  } catch (error) {
    throw new Error(
      `Expected ${file} to be as it was built, got ${error}. Install Runfold again, or remove its folder.`,
      { cause: error },
    );
  }
}

/** Whether the template was made from what is installed. */
export async function isStoreTemplateCurrent(folder = templateFolder): Promise<boolean> {
  return (await read(join(folder, 'recipe')))?.toString() === (await recipe());
}

/** Keeps the tarball of a data folder as the template. */
export async function writeStoreTemplate(tarball: Blob, folder = templateFolder): Promise<void> {
  const data = Buffer.from(await tarball.arrayBuffer());
  const packed = await compress(data, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: 9,
      // The catalogs of three databases repeat each other megabytes apart.
      [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
      [constants.BROTLI_PARAM_SIZE_HINT]: data.length,
    },
  });
  await mkdir(folder, { recursive: true });
  // The recipe last: it vouches for the rest, whoever else is building at the same time.
  await replace(join(folder, 'data.tar.br'), packed);
  await replace(join(folder, 'recipe'), await recipe());
}

async function replace(file: string, content: string | Uint8Array): Promise<void> {
  const draft = `${file}.${process.pid}`;
  await writeFile(draft, content);
  await rename(draft, file);
}

async function read(file: string): Promise<Buffer | undefined> {
  return readFile(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw error;
  });
}
