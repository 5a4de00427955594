import { afterEach, describe, expect, test } from 'vitest';
import { withClient } from '../../harness/postgres-server.js';
import { withRedis } from '../../harness/redis-server.js';
import { findBinaries } from '../../harness/server-binary.js';
import { findServers } from '../../harness/servers.js';

const variables = ['RUNFOLD_TEST_SERVERS', 'TEST_DATABASE_URL', 'TEST_REDIS_URL'];
const before = new Map(variables.map((name) => [name, process.env[name]]));

afterEach(() => {
  for (const [name, value] of before) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
});

describe('the search for servers', () => {
  // If the binaries are missing because the servers run elsewhere, it must say so.
  test('starts them from binaries, and ends them again', async () => {
    process.env.RUNFOLD_TEST_SERVERS = 'binaries';
    const { postgres, redis, report, stop } = await findServers();
    try {
      if (findBinaries(['initdb', 'postgres']) === undefined) {
        expect(report).toContain('no Postgres (no folder with initdb and postgres on the PATH)');
      } else {
        expect(report).toMatch(/Postgres \d+\S* on 127\.0\.0\.1:\d+ \(started for the tests\)/);
      }
      if (findBinaries(['redis-server']) === undefined) {
        expect(report).toContain('no Redis (no redis-server on the PATH)');
      } else {
        expect(report).toMatch(/Redis \d+\S* on 127\.0\.0\.1:\d+ \(started for the tests\)/);
      }
    } finally {
      await stop();
    }
    if (postgres.server) {
      await expect(withClient(postgres.server.url, async () => 'alive')).rejects.toThrow('REFUSED');
    }
    if (redis.server) {
      await expect(withRedis(redis.server.url, async () => 'alive')).rejects.toThrow('REFUSED');
    }
  });

  test('puts no other server in the place of one that was named and does not answer', async () => {
    process.env.TEST_DATABASE_URL = 'postgres://nobody@127.0.0.1:1/nothing';
    process.env.TEST_REDIS_URL = 'redis://127.0.0.1:1';
    process.env.RUNFOLD_TEST_SERVERS = '';
    const { report } = await findServers();
    expect(report).toMatch(/^no Postgres \(environment: .*REFUSED.*\), no Redis \(environment: /);
  });

  test('refuses a route it does not know', async () => {
    process.env.RUNFOLD_TEST_SERVERS = 'containers,cloud';
    await expect(findServers()).rejects.toThrow(
      'Expected environment, containers, local, binaries, got cloud',
    );
  });
});
