import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The folder of the migrations, which ship beside `dist`. They apply in the order of their names. */
export const migrationsFolder = fileURLToPath(new URL('../../drizzle', import.meta.url));

/** The version in our own package.json. @throws Error when the file has none */
export function readPackageVersion(): string {
  const manifest: unknown = JSON.parse(
    readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
  );
  if (typeof manifest === 'object' && manifest !== null && 'version' in manifest) {
    return String(manifest.version);
  }
  throw new Error('Expected a version in package.json, got none.');
}

/**
 * The version and, unless it is that of a release, the commit it was built from: `0.1.0+8fc2a85d01`,
 * with `.changed` where the files were not those of the commit.
 */
export function readBuildVersion(): string {
  const version = readPackageVersion();
  const file = new URL('../build-id', import.meta.url);
  return existsSync(file) ? `${version}+${readFileSync(file, 'utf8').trim()}` : version;
}
