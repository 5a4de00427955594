import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';

/** A file of the page, ready to be sent. */
export interface PageFile {
  readonly type: string;
  readonly etag: string;
  /** The bytes by content coding; `identity` is always present. */
  readonly bodies: ReadonlyMap<'br' | 'gzip' | 'identity', Buffer>;
}

/** The page: its document, and its assets by their exact path. */
export interface PageFiles {
  readonly document: PageFile;
  readonly assets: ReadonlyMap<string, PageFile>;
}

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
};

const built = fileURLToPath(new URL('../../web', import.meta.url));

/**
 * Reads the built page into memory, so that the path of a request never reaches the file system.
 * Undefined if the page was not built, which is logged. `base` is the path under which everything is served.
 */
export function readPageFiles(base: string, log: Logger, folder = built): PageFiles | undefined {
  if (!existsSync(join(folder, 'index.html'))) {
    log.warn('the web page is not served, because it was not built; run "npm run build"');
    return undefined;
  }
  const assets = new Map<string, PageFile>();
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  for (const name of names.map((one) => one.replaceAll('\\', '/'))) {
    const type = types[extname(name)];
    if (type === undefined || name === 'index.html') continue;
    const packed = (ending: string) => {
      const file = join(folder, `${name}.${ending}`);
      return existsSync(file) ? readFileSync(file) : undefined;
    };
    assets.set(
      `/${name}`,
      fileOf(type, readFileSync(join(folder, name)), packed('br'), packed('gz')),
    );
  }
  const text = readFileSync(join(folder, 'index.html'), 'utf8');
  // Only the document refers to other files by their path from the root.
  const document = text.replaceAll(/(href|src)="\//g, `$1="${base}/`);
  return { document: fileOf(types['.html'] ?? '', Buffer.from(document)), assets };
}

function fileOf(type: string, identity: Buffer, br?: Buffer, gzip?: Buffer): PageFile {
  const bodies = new Map<'br' | 'gzip' | 'identity', Buffer>();
  if (br !== undefined) bodies.set('br', br);
  if (gzip !== undefined) bodies.set('gzip', gzip);
  bodies.set('identity', identity);
  const etag = `"${createHash('sha1').update(identity).digest('base64url')}"`;
  return { type, etag, bodies };
}
