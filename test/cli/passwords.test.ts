import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../harness/database.js';
import {
  guardBinaries,
  startGuardedPostgres,
  startGuardedRedis,
} from '../../harness/guarded-server.js';
import { describeWithPostgres } from '../../harness/suite.js';
import type { TestServer } from '../../harness/test-server.js';
import { useWorkplace } from './command-line.js';

const wrong = 'hunter2secret';

function withPassword(url: string, password: string): string {
  const changed = new URL(url);
  changed.password = password;
  return changed.href;
}

describe.skipIf(guardBinaries.postgres === undefined)('a wrong Postgres password', () => {
  const work = useWorkplace();
  let server: TestServer;
  beforeAll(async () => {
    server = await startGuardedPostgres(guardBinaries.postgres ?? '');
  });
  afterAll(() => server.stop());

  test.each([['migrate'], ['runs list'], ['ingest -'], ['worker']])(
    'is explained by %s, which exits with 1 and repeats none',
    async (command) => {
      const DATABASE_URL = withPassword(server.url, wrong);
      const { code, stdout, stderr } = await work.run(command.split(' '), {
        env: { DATABASE_URL },
      });
      expect({ code, stdout }, stderr).toEqual({ code: 1, stdout: '' });
      expect(stderr).toMatch(
        /^error: Postgres refuses the user or the password: password authentication failed.* Check DATABASE_URL\.$/m,
      );
      expect(stderr).not.toContain(wrong);
    },
  );
});

describe.skipIf(guardBinaries.redis === undefined)('a Redis with a password', () => {
  describeWithPostgres('beside a Postgres', () => {
    const work = useWorkplace();
    let server: TestServer;
    let database: TestDatabase;
    beforeAll(async () => {
      server = await startGuardedRedis(guardBinaries.redis ?? '');
      database = await createTestDatabase();
    });
    afterAll(async () => {
      await server.stop();
      await database.drop();
    });

    test.each([
      ['ingest -', wrong],
      ['worker', wrong],
      ['up', ''],
    ])('is explained by %s when it is not given, with exit code 1', async (command, password) => {
      const REDIS_URL = withPassword(server.url, password);
      const env = { DATABASE_URL: database.url, REDIS_URL };
      const { code, stdout, stderr } = await work.run(command.split(' '), { env });
      expect({ code, stdout }, stderr).toEqual({ code: 1, stdout: '' });
      const host = new URL(server.url).host;
      expect(stderr).toMatch(
        new RegExp(`^error: Redis at ${host} refuses the user or the password: `, 'm'),
      );
      expect(stderr).not.toContain(wrong);
    });

    test('lets in who gives it', async () => {
      const env = { DATABASE_URL: database.url, REDIS_URL: server.url };
      const { code, stderr } = await work.run(['ingest', '-', '--wait'], { env });
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    });
  });
});
