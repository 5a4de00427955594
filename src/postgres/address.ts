import { accessSync, constants } from 'node:fs';
import { codeOf } from '../environment/error-fields.js';
import { RunfoldError } from '../environment/runfold-error.js';

/** A part of the URL of a Postgres cannot be used. The text contains no password. */
export class InvalidAddressError extends RunfoldError {
  readonly code = 'invalid_address';
  constructor(text: string) {
    super(`DATABASE_URL: ${text}`);
    this.name = 'InvalidAddressError';
  }
}

/** The modes of libpq, and one that only `pg` has: encrypt without any check. */
const modes = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full', 'no-verify'];

/** @throws InvalidAddressError if the mode is unknown, or a file that the URL names cannot be read */
function checkTls(searchParams: URLSearchParams): void {
  const mode = searchParams.get('sslmode');
  if (mode !== null && mode !== '' && !modes.includes(mode)) {
    throw new InvalidAddressError(
      `sslmode: expected one of ${modes.join(', ')}, got ${JSON.stringify(mode)}.`,
    );
  }
  for (const name of ['sslrootcert', 'sslcert', 'sslkey']) {
    const file = searchParams.get(name);
    if (file === null || file === '' || (name === 'sslrootcert' && file === 'system')) continue;
    try {
      accessSync(file, constants.R_OK);
    } catch (error) {
      throw new InvalidAddressError(
        `${name}: expected a file that can be read, got ${JSON.stringify(file)} (${codeOf(error)}).`,
      );
    }
  }
}

/**
 * The connection options for `pg`. In a URL, `sslmode` has the same meaning as for every program that uses libpq:
 * `require` encrypts and does not check the certificate unless `sslrootcert` names a CA, `verify-full` checks
 * certificate and name. `pg` itself reads `require` as `verify-full`, so the URL of a hosted
 * Postgres might not connect.
 * @throws InvalidAddressError
 */
export function addressOf(target: string | object): object {
  if (typeof target !== 'string') return target;
  const url = new URL(target);
  const { searchParams } = url;
  checkTls(searchParams);
  if (!searchParams.has('sslmode') || searchParams.has('uselibpqcompat')) {
    return { connectionString: target };
  }
  // The CAs of the system are those of Node.js.
  if (searchParams.get('sslrootcert') === 'system') searchParams.delete('sslrootcert');
  if (searchParams.get('sslmode') === 'allow') searchParams.set('sslmode', 'prefer');
  if (searchParams.get('sslmode') === 'no-verify') {
    searchParams.set('sslmode', 'require');
    searchParams.delete('sslrootcert');
  }
  const needsNoCa = searchParams.get('sslmode') === 'verify-ca' && !searchParams.has('sslrootcert');
  // Without a private CA, only the name distinguishes the server from others.
  if (needsNoCa) searchParams.set('sslmode', 'verify-full');
  searchParams.set('uselibpqcompat', 'true');
  return { connectionString: url.href };
}
