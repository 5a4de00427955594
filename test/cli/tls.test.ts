import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TestServer } from '../../harness/test-server.js';
import {
  makeCertificates,
  startTlsPostgres,
  startTlsRedis,
  type TestCertificates,
  tlsBinaries,
} from '../../harness/tls-servers.js';
import { message, useWorkplace } from './command-line.js';

const missing = Object.values(tlsBinaries).some((folder) => folder === undefined);
if (missing && process.env.CI) {
  throw new Error('Nothing may be skipped in CI; no binaries of Postgres, Redis or OpenSSL');
}

describe.skipIf(missing)('servers with TLS and certificates of their own', () => {
  const work = useWorkplace();
  let certificates: TestCertificates;
  let postgres: TestServer;
  let redis: TestServer;
  beforeAll(async () => {
    certificates = await makeCertificates();
    [postgres, redis] = await Promise.all([
      startTlsPostgres(certificates),
      startTlsRedis(certificates),
    ]);
    const url = withTls({ sslmode: 'verify-full', sslrootcert: certificates.ca });
    const { code, stderr } = await work.run(['migrate', '--database-url', url]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });
  afterAll(async () => {
    await Promise.all([postgres?.stop(), redis?.stop()]);
    await certificates?.remove();
  });
  const withTls = (parameters: Record<string, string>, host?: string) => {
    const url = new URL(postgres.url);
    if (host !== undefined) url.hostname = host;
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
    return url.href;
  };

  test.each([
    ['encrypts and checks nothing', { sslmode: 'require' }],
    ['checks nothing either', { sslmode: 'no-verify' }],
    ['checks the CA that is named', { sslmode: 'require', sslrootcert: 'ca' }],
    ['checks the CA', { sslmode: 'verify-ca', sslrootcert: 'ca' }],
    ['checks CA and name', { sslmode: 'verify-full', sslrootcert: 'ca' }],
  ])('sslmode %s: %j', async (_what, { sslrootcert, ...parameters }: Record<string, string>) => {
    const ca = sslrootcert === undefined ? {} : { sslrootcert: certificates.ca };
    const url = withTls({ ...parameters, ...ca });
    const { code, stderr } = await work.run(['runs', 'list', '--database-url', url]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  test.each([
    ['none where it is needed', { sslmode: 'verify-full' }],
    ['another CA', { sslmode: 'verify-full', sslrootcert: 'other' }],
    ['another CA for require', { sslmode: 'require', sslrootcert: 'other' }],
    ['verify-ca without a CA', { sslmode: 'verify-ca' }],
  ])('a certificate that is not trusted is told with what to do: %s', async (_what, given) => {
    const { sslrootcert, ...parameters } = given as Record<string, string>;
    const ca = sslrootcert === undefined ? {} : { sslrootcert: certificates.other_ca };
    const url = withTls({ ...parameters, ...ca });
    const { code, stderr } = await work.run(['runs', 'list', '--database-url', url]);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^error: The certificate of Postgres is not trusted: .*sslrootcert=\/path\/to\/ca\.pem, or in NODE_EXTRA_CA_CERTS.*\n$/,
    );
  });

  test('a connection without TLS is told what to add', async () => {
    const { code, stderr } = await work.run(['runs', 'list', '--database-url', postgres.url]);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^error: Postgres refuses connections without TLS: .*sslmode=verify-full/,
    );
  });

  test('a Redis of another CA is told as such by each command, which ends', async () => {
    const url = withTls({ sslmode: 'require' });
    const env = { DATABASE_URL: url, REDIS_URL: redis.url };
    const file = await work.write('one.ndjson', [message('one')]);
    for (const args of [['worker'], ['ingest', file], ['status'], ['doctor']]) {
      const { code, stdout, stderr } = await work.run(args, { env });
      expect(code, `${args}`).toBe(1);
      expect(`${stdout}${stderr}`).toMatch(
        /The certificate of Redis at 127\.0\.0\.1:\d+ is not trusted: .*NODE_EXTRA_CA_CERTS=/,
      );
      expect(stderr).not.toContain('Cannot reach Postgres');
    }
  });

  test('a service that ends before its TLS with Redis is agreed on says why in one line', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    try {
      const env = {
        DATABASE_URL: withTls({ sslmode: 'require' }),
        REDIS_URL: redis.url,
        RUNFOLD_HTTP_PORT: `${port}`,
      };
      const { code, stderr } = await work.runProcess(['serve'], { env });
      expect({ code, stderr }).toEqual({
        code: 1,
        stderr: `error: Cannot listen on 127.0.0.1:${port}: another process uses this port. Choose another with --http-port.\n`,
      });
    } finally {
      taken.close();
    }
  });

  test('with NODE_EXTRA_CA_CERTS both are trusted, and events go all the way', async () => {
    const env = {
      DATABASE_URL: withTls({ sslmode: 'verify-full' }),
      REDIS_URL: `${redis.url}/3`,
      NODE_EXTRA_CA_CERTS: certificates.ca,
    };
    const worker = work.start(['worker'], { env });
    await worker.waitForLine(/worker started/);
    const file = await work.write('two.ndjson', [message('two')]);
    const sent = await work.runProcess(['ingest', file, '--wait', '--json'], { env });
    expect(sent.code, sent.stderr).toBe(0);
    expect(JSON.parse(sent.stdout)).toMatchObject({ sent: 1, folded: true });
    worker.kill('SIGTERM');
    const { code, stderr } = await worker.exit;
    expect(code, stderr).toBe(0);
  });
});
