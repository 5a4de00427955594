import { execFile } from 'node:child_process';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { dockerAnswers, startContainer } from './container.js';
import { findBinaries, freePort, unprivilegedUser } from './server-binary.js';
import { startServer } from './server-process.js';
import type { ServerRoutes, TestServer } from './test-server.js';

const oldest = 15;
const run = promisify(execFile);

/** Settings of a server whose data is deleted after the tests: nothing has to survive a crash. */
const settings = {
  fsync: 'off',
  full_page_writes: 'off',
  wal_level: 'minimal',
  max_wal_senders: 0,
  // It would visit each of the hundreds of databases. The statistics of tables are those that a test asks for.
  autovacuum: 'off',
  max_connections: 200,
};

const flagsOf = (all: Readonly<Record<string, string | number>>) =>
  Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);

/** Runs `work` on a separate connection to the database of `url`. */
export async function withClient<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  // A server that goes away fails the running query, which reports it. The event only repeats that.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Accepts a server only if the tests can use it: it is recent enough, and can create databases. */
async function accept(
  url: string,
  origin: string,
  stop: TestServer['stop'] = async () => undefined,
): Promise<TestServer> {
  const row = await withClient(url, async (client) => {
    const { rows } = await client.query<{ version: string; number: number; may_create: boolean }>(
      `select split_part(current_setting('server_version'), ' ', 1) as version,
              current_setting('server_version_num')::int / 10000 as number,
              rolcreatedb or rolsuper as may_create
       from pg_roles where rolname = current_user`,
    );
    return rows[0];
  });
  if (row === undefined) throw new Error('Expected the role of the connection in pg_roles');
  if (row.number < oldest) throw new Error(`Expected Postgres >= ${oldest}, got ${row.version}`);
  if (!row.may_create) throw new Error('Expected a role that may create databases');
  return { name: 'Postgres', url, version: row.version, origin, stop };
}

async function fromEnvironment(): Promise<TestServer | string> {
  const url = process.env.TEST_DATABASE_URL;
  if (url === undefined || url === '') return 'TEST_DATABASE_URL is not set';
  return await accept(url, 'TEST_DATABASE_URL');
}

async function fromContainer(): Promise<TestServer | string> {
  if (!(await dockerAnswers())) return 'Docker does not answer';
  const container = await startContainer({
    image: 'postgres:18-alpine',
    port: 5432,
    environment: { POSTGRES_PASSWORD: 'runfold' },
    command: ['postgres', ...flagsOf(settings)],
    // The first time is the server that initialises the folder and then stops.
    ready: { line: /database system is ready to accept connections/, times: 2 },
  });
  const url = `postgres://postgres:runfold@${container.host}:${container.port}/postgres`;
  return await accept(url, 'container', container.stop);
}

async function fromLocalServer(): Promise<TestServer | string> {
  const reasons = new Set<string>();
  const socket = encodeURIComponent('/var/run/postgresql');
  for (const user of new Set(['postgres', userInfo().username])) {
    for (const host of ['127.0.0.1', socket]) {
      try {
        const url = `postgres://${encodeURIComponent(user)}@${host}:5432/postgres`;
        return await accept(url, 'local server');
      } catch (error) {
        reasons.add(error instanceof Error ? error.message : String(error));
      }
    }
  }
  return `no usable local server (${[...reasons].join('; ')})`;
}

async function fromBinaries(): Promise<TestServer | string> {
  const binaries = findBinaries(['initdb', 'postgres']);
  if (binaries === undefined) return 'no folder with initdb and postgres on the PATH';
  const user = unprivilegedUser();
  const port = await freePort();
  return await startServer({
    name: 'Postgres',
    command: join(binaries, 'postgres'),
    user,
    async prepare(folder) {
      const cluster = ['-D', folder, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C'];
      await run(join(binaries, 'initdb'), [...cluster, '--no-sync'], { ...user, cwd: folder });
      const place = { port, listen_addresses: '127.0.0.1', unix_socket_directories: '' };
      return ['-D', folder, ...flagsOf({ ...place, ...settings })];
    },
    // An immediate shutdown: it waits for no client and writes nothing, because the data is
    // deleted.
    stopSignal: 'SIGQUIT',
    reach: (stop) =>
      accept(`postgres://postgres@127.0.0.1:${port}/postgres`, 'started for the tests', stop),
  });
}

/** How each route finds a Postgres. */
export const postgresRoutes: ServerRoutes = {
  environment: fromEnvironment,
  containers: fromContainer,
  local: fromLocalServer,
  binaries: fromBinaries,
};
