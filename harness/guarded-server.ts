import { execFile } from 'node:child_process';
import { chownSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { withClient } from './postgres-server.js';
import { withRedis } from './redis-server.js';
import { findBinaries, freePort, unprivilegedUser } from './server-binary.js';
import { startServer } from './server-process.js';
import type { TestServer } from './test-server.js';

const run = promisify(execFile);

/** The password of both servers. */
export const guardPassword = 'right-password';

/** The folders of the servers' binaries; undefined if not installed. */
export const guardBinaries = {
  redis: findBinaries(['redis-server']),
  postgres: findBinaries(['initdb', 'postgres']),
};

/** A separate Redis for a test that requires a password. */
export async function startGuardedRedis(binaries: string): Promise<TestServer> {
  const port = await freePort();
  const url = `redis://:${guardPassword}@127.0.0.1:${port}`;
  return await startServer({
    name: 'Redis',
    command: join(binaries, 'redis-server'),
    prepare: async (folder) =>
      Object.entries({
        port: String(port),
        bind: '127.0.0.1',
        dir: folder,
        save: '',
        requirepass: guardPassword,
        'maxmemory-policy': 'noeviction',
      }).flatMap(([name, value]) => [`--${name}`, value]),
    stopSignal: 'SIGTERM',
    async reach(stop) {
      await withRedis(url, (redis) => redis.ping());
      return { name: 'Redis', url, version: '', origin: 'with a password', stop };
    },
  });
}

/** A separate Postgres for a test that requires a password (SCRAM-SHA-256). */
export async function startGuardedPostgres(binaries: string): Promise<TestServer> {
  const user = unprivilegedUser();
  const port = await freePort();
  const url = `postgres://postgres:${guardPassword}@127.0.0.1:${port}/postgres`;
  return await startServer({
    name: 'Postgres',
    command: join(binaries, 'postgres'),
    user,
    async prepare(folder) {
      const secret = join(folder, 'password');
      writeFileSync(secret, guardPassword, { mode: 0o600 });
      if (user.uid !== undefined && user.gid !== undefined) chownSync(secret, user.uid, user.gid);
      const data = join(folder, 'data');
      const cluster = ['-D', data, '-U', 'postgres', '-A', 'scram-sha-256', `--pwfile=${secret}`];
      await run(join(binaries, 'initdb'), [...cluster, '-E', 'UTF8', '--locale=C', '--no-sync'], {
        ...user,
        cwd: folder,
      });
      const settings = {
        port,
        listen_addresses: '127.0.0.1',
        unix_socket_directories: '',
        fsync: 'off',
      };
      const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
      return ['-D', data, ...flags];
    },
    stopSignal: 'SIGQUIT',
    async reach(stop) {
      await withClient(url, (client) => client.query('select 1'));
      return { name: 'Postgres', url, version: '', origin: 'with a password', stop };
    },
  });
}
