import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDatabase } from '#runfold/postgres/database.js';
import { createTestDatabase, type TestDatabase } from '../../harness/database.js';
import { guardBinaries, startGuardedRedis } from '../../harness/guarded-server.js';
import { withRedis } from '../../harness/redis-server.js';
import { describeWithPostgres } from '../../harness/suite.js';
import type { TestServer } from '../../harness/test-server.js';
import { serveStore, useWorkplace } from './command-line.js';

interface Found {
  readonly check: string;
  readonly level: string;
  readonly fix?: string;
}

describe.skipIf(guardBinaries.redis === undefined)('runfold doctor', () => {
  describeWithPostgres('on Redis and Postgres', () => {
    const work = useWorkplace();
    let redis: TestServer;
    let home: TestDatabase;
    let env: Record<string, string>;
    beforeAll(async () => {
      redis = await startGuardedRedis(guardBinaries.redis ?? '');
      home = await createTestDatabase();
      env = { DATABASE_URL: home.url, REDIS_URL: redis.url };
    });
    afterAll(async () => {
      await redis.stop();
      await home.drop();
    });
    const doctor = async (more: Record<string, string> = {}) => {
      const surroundings = { env: { ...env, ...more } };
      const { code, stdout, stderr } = await work.run(['doctor', '--json'], surroundings);
      expect(stderr).toBe('');
      const { checks, healthy } = JSON.parse(stdout) as { checks: Found[]; healthy: boolean };
      expect(code).toBe(healthy ? 0 : 1);
      return (name: string) => checks.find(({ check }) => check === name);
    };

    test('finds settings that lose events, and passes once its lines were run', async () => {
      const database = openDatabase(home.url, { max: 1 });
      await database.query(`alter database ${home.name} set synchronous_commit = off`);
      await withRedis(redis.url, (client) =>
        client.config('SET', 'maxmemory-policy', 'allkeys-lru'),
      );
      const ill = await doctor();
      expect(ill('synchronous_commit')).toMatchObject({
        level: 'problem',
        fix: `alter database ${home.name} reset synchronous_commit;`,
      });
      expect(ill('maxmemory-policy')).toMatchObject({ level: 'advice' });
      expect(ill('appendonly')).toMatchObject({ level: 'problem' });
      expect(ill('rights')).toMatchObject({ level: 'ok' });
      const text = (await work.run(['doctor'], { env })).stdout;
      expect(text).toContain(`      alter database ${home.name} reset synchronous_commit;`);
      expect(text).toMatch(/^\d+ problems?, \d+ to consider\.$/m);

      await database.query(String(ill('synchronous_commit')?.fix));
      await withRedis(redis.url, async (client) => {
        await client.config('SET', 'maxmemory-policy', 'noeviction');
        await client.config('SET', 'appendonly', 'yes');
        await client.config('SET', 'appendfsync', 'always');
      });
      const well = await doctor();
      for (const name of ['synchronous_commit', 'maxmemory-policy', 'appendonly', 'appendfsync']) {
        expect(well(name), name).toMatchObject({ level: 'ok' });
      }
      await database.close();
    });

    test('says which server is away, and looks at the other', async () => {
      const found = await doctor({ DATABASE_URL: 'postgres://user:secret@127.0.0.1:1/x' });
      expect(found('connection')).toMatchObject({ area: 'postgres', level: 'problem' });
      expect(found('maxmemory-policy')).toMatchObject({ level: 'ok' });
    });
  });
});

describe('runfold doctor on an embedded store', () => {
  const work = useWorkplace();
  serveStore(work);

  test('looks at tables, memory, disk and the rights of the folder', async () => {
    const { stdout, stderr } = await work.run(['doctor', '--json']);
    expect(stderr).toBe('');
    const { tier, checks } = JSON.parse(stdout) as { tier: string; checks: Found[] };
    expect(tier).toBe('embedded');
    expect(checks.map(({ check }) => check)).toEqual(
      expect.arrayContaining(['version', 'tables', 'node', 'memory', 'free_disk', 'folder_mode']),
    );
    expect(checks.find(({ check }) => check === 'folder_mode')).toMatchObject({ what: '0700' });
  });
});
