import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The folder of the migrations, next to `dist` in the package. They are applied in the order of their names. */
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
 * The version and, unless it is a release, the commit of the build: `0.1.0+8fc2a85d01`,
 * with `.changed` if the files differed from the commit.
 */
export function readBuildVersion(): string {
  const version = readPackageVersion();
  const file = new URL('../build-id', import.meta.url);
  return existsSync(file) ? `${version}+${readFileSync(file, 'utf8').trim()}` : version;
}
