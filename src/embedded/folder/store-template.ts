import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';
import { migrationsFolder } from '../../environment/package-files.js';
import { isDiskFull } from './embedded-errors.js';
import { packFolder, unpackFolder } from './packed-folder.js';

/**
 * The data folder from the build, with all tables and no events. Unpacking it takes a
 * fraction of the time of creating one from scratch.
 */
export const templateFolder = fileURLToPath(new URL('../../../store-template', import.meta.url));

/** The size of the folder as bytes, and then those bytes, compressed. */
const fileName = 'data.br';
const sizeBytes = 4;

/**
 * The versions that a template was made from. A template is used only if all of them are installed here:
 * another PGlite may have another file layout, another BullMQ other tables.
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
  // If packages are not in folders, no template matches.
  return 'unknown';
}

/**
 * Creates a data folder, which must not exist, from the template. Returns false without doing anything if
 * there is no template, or it does not match the installed versions.
 */
export async function unpackStoreTemplate(
  data_dir: string,
  folder = templateFolder,
): Promise<boolean> {
  if (!(await isStoreTemplateCurrent(folder))) return false;
  const file = join(folder, fileName);
  try {
    const packed = await readFile(file);
    // In one chunk, because joining chunks of the usual size takes three times as long.
    const chunkSize = packed.readUInt32LE(0);
    unpackFolder(brotliDecompressSync(packed.subarray(sizeBytes), { chunkSize }), data_dir);
    return true;
  } catch (error) {
    // The disk refused what the template holds; that is no fault of the template.
    if (isDiskFull(error)) throw error;
    throw new Error(
      `${file} is damaged: ${error}. Install Runfold again, or remove the folder of this file.`,
      { cause: error },
    );
  }
}

/** Whether the template was made from the installed versions. */
export async function isStoreTemplateCurrent(folder = templateFolder): Promise<boolean> {
  return (await read(join(folder, 'recipe')))?.toString() === (await recipe());
}

/** Makes the template from a data folder that no process has open. */
export async function writeStoreTemplate(data_dir: string, folder = templateFolder): Promise<void> {
  const data = packFolder(data_dir);
  const packed = brotliCompressSync(data, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: 9,
      // The catalogs of the three databases are equal, but megabytes apart.
      [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
      [constants.BROTLI_PARAM_SIZE_HINT]: data.length,
    },
  });
  const size = Buffer.alloc(sizeBytes);
  size.writeUInt32LE(data.length);
  await mkdir(folder, { recursive: true });
  // The recipe is written last, because it marks the rest as complete even if several builds run at the same time.
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
