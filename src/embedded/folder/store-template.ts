import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';
import { migrationsFolder } from '../../environment/package-files.js';
import { packFolder, unpackFolder } from './packed-folder.js';

/**
 * Where the build keeps a data folder with all tables and no event in it. Unpacking it takes a
 * fraction of the time that making one from scratch does.
 */
export const templateFolder = fileURLToPath(new URL('../../../store-template', import.meta.url));

/** The size of the folder as bytes, and then those bytes, compressed. */
const fileName = 'data.br';
const sizeBytes = 4;

/**
 * What a template is made from. A template is not used unless all of it is what is installed here:
 * another PGlite may lay out its files differently, another BullMQ its tables.
 */
async function recipe(): Promise<string> {
  const versions = await Promise.all(['@electric-sql/pglite', 'bullmq'].map(installedVersion));
  const hash = createHash('sha256').update(JSON.stringify([fileName, ...versions]));
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

/**
 * Makes a data folder, which must not exist, from the template. Returns false and makes nothing where
 * none was built, or not from what is installed.
 */
export async function unpackStoreTemplate(
  data_dir: string,
  folder = templateFolder,
): Promise<boolean> {
  if (!(await isStoreTemplateCurrent(folder))) return false;
  const file = join(folder, fileName);
  try {
    const packed = await readFile(file);
    // In one chunk: put together from chunks of the usual size, it takes three times as long.
    const chunkSize = packed.readUInt32LE(0);
    unpackFolder(brotliDecompressSync(packed.subarray(sizeBytes), { chunkSize }), data_dir);
    return true;
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

/** Makes a data folder that nothing has open the template. */
export async function writeStoreTemplate(data_dir: string, folder = templateFolder): Promise<void> {
  const data = packFolder(data_dir);
  const packed = brotliCompressSync(data, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: 9,
      // The catalogs of three databases repeat each other megabytes apart.
      [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
      [constants.BROTLI_PARAM_SIZE_HINT]: data.length,
    },
  });
  const size = Buffer.alloc(sizeBytes);
  size.writeUInt32LE(data.length);
  await mkdir(folder, { recursive: true });
  // The recipe last: it vouches for the rest, whoever else is building at the same time.
  await replace(join(folder, fileName), Buffer.concat([size, packed]));
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
