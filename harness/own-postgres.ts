import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createOwnServer, type OwnServer } from './own-server.js';
import { withClient } from './postgres-server.js';
import { findBinaries, freePort, unprivilegedUser } from './server-binary.js';

const run = promisify(execFile);

/** The folder of `initdb`, `postgres` and `pg_basebackup`; undefined if they are not installed. */
export const postgresBinaries = () => findBinaries(['initdb', 'postgres', 'pg_basebackup']);

/** The harness's own Postgres, with fsync on as by default. */
export interface OwnPostgres extends OwnServer {
  /** The URL of its maintenance database. */
  readonly url: string;
  version(): Promise<string>;
}

/**
 * Creates a cluster in `folder`, which belongs to the user that runs Postgres: an empty one, or a standby that follows
 * a running one. `settings` are more lines of its configuration.
 */
export async function createOwnPostgres(
  binaries: string,
  folder: string,
  options: {
    readonly settings?: Readonly<Record<string, string>>;
    readonly standbyOf?: OwnPostgres;
  } = {},
): Promise<OwnPostgres> {
  const user = unprivilegedUser();
  const port = await freePort();
  const data = join(folder, 'data');
  const { standbyOf } = options;
  const cluster = ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C'];
  const [program, args] =
    standbyOf === undefined
      ? ['initdb', cluster]
      : ['pg_basebackup', ['-D', data, '-d', standbyOf.url, '-R', '-X', 'stream', '-c', 'fast']];
  await run(join(binaries, program), [...args, '--no-sync'], { ...user, cwd: folder });
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  const settings = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: 200,
    shared_buffers: '64MB',
    ...options.settings,
  };
  const server = createOwnServer({
    name: 'Postgres',
    command: join(binaries, 'postgres'),
    folder,
    user,
    args: () => [
      '-D',
      data,
      ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
    stopSignal: 'SIGINT',
    reach: () => withClient(url, (client) => client.query('select 1')),
  });
  return {
    ...server,
    url,
    version: () =>
      withClient(url, async (client) => {
        const { rows } = await client.query<{ server_version: string }>('show server_version');
        return String(rows[0]?.server_version.split(' ')[0]);
      }),
  };
}
