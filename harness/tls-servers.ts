import { execFile } from 'node:child_process';
import { chownSync, readdirSync, writeFileSync } from 'node:fs';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findBinaries, freePort, unprivilegedUser } from './server-binary.js';
import { startServer } from './server-process.js';
import type { TestServer } from './test-server.js';
import { waitUntil } from './wait-until.js';

const run = promisify(execFile);

/** The folders of the programs for servers with TLS; undefined if one is not installed. */
export const tlsBinaries = {
  redis: findBinaries(['redis-server']),
  postgres: findBinaries(['initdb', 'postgres', 'pg_isready']),
  openssl: findBinaries(['openssl']),
};

/** A separate CA for a test, and its certificate for 127.0.0.1 and localhost. */
export interface TestCertificates {
  /** The folder with ca.pem, server.pem and server.key, and other.pem from another CA. */
  readonly folder: string;
  readonly ca: string;
  readonly other_ca: string;
  remove(): Promise<void>;
}

export async function makeCertificates(): Promise<TestCertificates> {
  const folder = await mkdtemp(join(tmpdir(), 'runfold-tls-'));
  const openssl = (...args: string[]) =>
    run(join(tlsBinaries.openssl ?? '', 'openssl'), args, { cwd: folder });
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  for (const name of ['ca', 'other']) {
    const subject = ['-subj', `/CN=Runfold test ${name}`, '-days', '2'];
    await openssl(
      'req',
      '-x509',
      ...newKey,
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.pem`,
      ...subject,
    );
  }
  writeFileSync(join(folder, 'names'), 'subjectAltName=IP:127.0.0.1,DNS:localhost\n');
  await openssl(
    'req',
    ...newKey,
    '-keyout',
    'server.key',
    '-out',
    'server.csr',
    '-subj',
    '/CN=localhost',
  );
  const signed = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-extfile', 'names'];
  await openssl('x509', '-req', '-in', 'server.csr', '-out', 'server.pem', '-days', '2', ...signed);
  return {
    folder,
    ca: join(folder, 'ca.pem'),
    other_ca: join(folder, 'other.pem'),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Copies the server's certificate and key to a folder that the server's user can read. */
async function handOut(from: string, to: string, user: { uid?: number; gid?: number }) {
  for (const name of readdirSync(from).filter((file) => /^(ca|server)\.(pem|key)$/.test(file))) {
    await copyFile(join(from, name), join(to, name));
    run('chmod', ['0600', join(to, name)]);
    if (user.uid !== undefined && user.gid !== undefined)
      chownSync(join(to, name), user.uid, user.gid);
  }
}

/** A Postgres that accepts only TLS connections. */
export async function startTlsPostgres({
  folder: certificates,
}: TestCertificates): Promise<TestServer> {
  const binaries = tlsBinaries.postgres ?? '';
  const user = unprivilegedUser();
  const port = await freePort();
  return await startServer({
    name: 'Postgres',
    command: join(binaries, 'postgres'),
    user,
    async prepare(folder) {
      const data = join(folder, 'data');
      const cluster = ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C'];
      await run(join(binaries, 'initdb'), [...cluster, '--no-sync'], { ...user, cwd: folder });
      await handOut(certificates, folder, user);
      writeFileSync(join(data, 'pg_hba.conf'), 'hostssl all all 127.0.0.1/32 trust\n');
      const settings = {
        port,
        listen_addresses: '127.0.0.1',
        unix_socket_directories: '',
        fsync: 'off',
        ssl: 'on',
        ssl_cert_file: join(folder, 'server.pem'),
        ssl_key_file: join(folder, 'server.key'),
      };
      const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
      return ['-D', data, ...flags];
    },
    stopSignal: 'SIGQUIT',
    async reach(stop) {
      await run(join(binaries, 'pg_isready'), ['-h', '127.0.0.1', '-p', String(port)]);
      const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
      return { name: 'Postgres', url, version: '', origin: 'with TLS', stop };
    },
  });
}

/** A Redis that accepts only TLS connections. */
export async function startTlsRedis({
  folder: certificates,
}: TestCertificates): Promise<TestServer> {
  const port = await freePort();
  const url = `rediss://127.0.0.1:${port}`;
  return await startServer({
    name: 'Redis',
    command: join(tlsBinaries.redis ?? '', 'redis-server'),
    async prepare(folder) {
      const settings = {
        port: '0',
        'tls-port': String(port),
        bind: '127.0.0.1',
        dir: folder,
        save: '',
        'maxmemory-policy': 'noeviction',
        'tls-cert-file': join(certificates, 'server.pem'),
        'tls-key-file': join(certificates, 'server.key'),
        'tls-ca-cert-file': join(certificates, 'ca.pem'),
        'tls-auth-clients': 'no',
      };
      return Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
    },
    stopSignal: 'SIGTERM',
    async reach(stop) {
      const { Redis } = await import('ioredis');
      const client = new Redis(url, {
        lazyConnect: true,
        tls: { rejectUnauthorized: false },
        retryStrategy: () => null,
      });
      client.on('error', () => undefined);
      try {
        await client.connect();
        await waitUntil(
          () => client.ping(),
          (answer) => answer === 'PONG',
        );
      } finally {
        client.disconnect();
      }
      return { name: 'Redis', url, version: '', origin: 'with TLS', stop };
    },
  });
}
