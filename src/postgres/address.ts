/**
 * What `pg` connects to. In a URL `sslmode` means what it means to every program that uses libpq:
 * `require` encrypts and checks no certificate unless `sslrootcert` names a CA, `verify-full` checks
 * certificate and name. `pg` alone takes `require` for `verify-full`, so that the URL which a hosted
 * Postgres hands out would not connect.
 */
export function addressOf(target: string | object): object {
  if (typeof target !== 'string') return target;
  const url = new URL(target);
  const { searchParams } = url;
  if (!searchParams.has('sslmode') || searchParams.has('uselibpqcompat')) {
    return { connectionString: target };
  }
  // The CAs of the system are those that Node.js has.
  if (searchParams.get('sslrootcert') === 'system') searchParams.delete('sslrootcert');
  // A mode of `pg` alone: encrypt, and check nothing.
  if (searchParams.get('sslmode') === 'no-verify') {
    searchParams.set('sslmode', 'require');
    searchParams.delete('sslrootcert');
  }
  const needsNoCa = searchParams.get('sslmode') === 'verify-ca' && !searchParams.has('sslrootcert');
  // Without a CA of one's own a name is all that tells the server from others.
  if (needsNoCa) searchParams.set('sslmode', 'verify-full');
  searchParams.set('uselibpqcompat', 'true');
  return { connectionString: url.href };
}
