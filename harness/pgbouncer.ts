import { chownSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { withClient } from './postgres-server.js';
import { findBinaries, freePort, unprivilegedUser } from './server-binary.js';
import { startServer } from './server-process.js';
import type { TestServer } from './test-server.js';

const sbin = '/usr/sbin';

/** The folder of the program; undefined if it is not installed. */
export const pgbouncerFolder = findBinaries(['pgbouncer'], [sbin]);

/**
 * A separate PgBouncer for a test, in transaction mode as Debian configures it, in front of a
 * database's server. It has few server connections, so that clients do not keep theirs by chance.
 */
export async function startPgbouncer(
  folder: string,
  databaseUrl: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<TestServer> {
  const user = unprivilegedUser();
  const port = await freePort();
  const server = new URL(databaseUrl);
  const proxied = new URL(databaseUrl);
  proxied.hostname = '127.0.0.1';
  proxied.port = String(port);
  const host = server.searchParams.get('host') ?? decodeURIComponent(server.hostname);
  const password = decodeURIComponent(server.password);
  const lines = {
    listen_addr: '127.0.0.1',
    listen_port: String(port),
    unix_socket_dir: '',
    auth_type: 'any',
    pool_mode: 'transaction',
    default_pool_size: '6',
    max_client_conn: '200',
    ...settings,
  };
  return await startServer({
    name: 'Postgres',
    command: join(folder, 'pgbouncer'),
    user,
    async prepare(home) {
      const file = join(home, 'pgbouncer.ini');
      const target = [
        `host=${host} port=${server.port || 5432} user=${decodeURIComponent(server.username)}`,
        ...(password === '' ? [] : [`password=${password}`]),
      ].join(' ');
      const text = ['[databases]', `* = ${target}`, '[pgbouncer]'].concat(
        Object.entries(lines).map(([name, value]) => `${name} = ${value}`),
      );
      writeFileSync(file, `${text.join('\n')}\n`, { mode: 0o600 });
      for (const path of [dirname(file), file]) {
        if (user.uid !== undefined && user.gid !== undefined) chownSync(path, user.uid, user.gid);
      }
      return [file];
    },
    stopSignal: 'SIGINT',
    async reach(stop) {
      await withClient(proxied.href, (client) => client.query('select 1'));
      return { name: 'Postgres', url: proxied.href, version: '', origin: 'PgBouncer', stop };
    },
  });
}
