/**
 * The connection options for `pg`. In a URL, `sslmode` has the same meaning as for every program that uses libpq:
 * `require` encrypts and does not check the certificate unless `sslrootcert` names a CA, `verify-full` checks
 * certificate and name. `pg` itself reads `require` as `verify-full`, so the URL of a hosted
 * Postgres might not connect.
 */
export function addressOf(target: string | object): object {
  if (typeof target !== 'string') return target;
  const url = new URL(target);
  const { searchParams } = url;
  if (!searchParams.has('sslmode') || searchParams.has('uselibpqcompat')) {
    return { connectionString: target };
  }
  // The CAs of the system are those of Node.js.
  if (searchParams.get('sslrootcert') === 'system') searchParams.delete('sslrootcert');
  // A mode that only `pg` has: encrypt without any check.
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
