import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { redisCommands } from '#runfold/operations/rights/redis-rights.js';
import { createTestDatabase, type TestDatabase } from '../../harness/database.js';
import { guardBinaries, startGuardedRedis } from '../../harness/guarded-server.js';
import { withRedis } from '../../harness/redis-server.js';
import { describeWithPostgres } from '../../harness/suite.js';
import type { TestServer } from '../../harness/test-server.js';
import { message, useWorkplace } from './command-line.js';

/** Characters that end the user or password in a URL early if they are not encoded. */
const password = 'p@ss/w#rd?:%';
const user = 'run@fold';

describe.skipIf(guardBinaries.redis === undefined)('users of Redis', () => {
  describeWithPostgres('beside a Postgres', () => {
    const work = useWorkplace();
    let server: TestServer;
    let database: TestDatabase;
    let env: Record<string, string>;
    const urlOf = (name: string, secret: string, number = '') => {
      const url = new URL(server.url);
      url.username = encodeURIComponent(name);
      url.password = encodeURIComponent(secret);
      url.pathname = number;
      return url.href;
    };
    beforeAll(async () => {
      server = await startGuardedRedis(guardBinaries.redis ?? '');
      database = await createTestDatabase();
      env = { DATABASE_URL: database.url, REDIS_URL: urlOf(user, password, '/5') };
      expect((await work.run(['migrate', '--database-url', database.url])).code).toBe(0);
      const { stdout } = await work.run(['migrate', '--grants'], { env });
      const [, line = ''] = /^-- (ACL SETUSER .*)$/m.exec(stdout) ?? [];
      const words = line.replace('SETUSER runfold', `SETUSER ${user}`).split(' ').slice(1);
      await withRedis(server.url, (redis) =>
        redis.call('acl', ...words.map((word) => word.replace('PASSWORD', password))),
      );
    });
    afterAll(async () => {
      await server.stop();
      await database.drop();
    });

    test('a user with the printed rights runs worker, service, producer, status and doctor', async () => {
      const worker = work.start(['worker'], { env });
      await worker.waitForLine(/worker started/);
      const serve = work.start(['serve', '--no-page'], { env });
      const [, url = ''] = await serve.waitForLine(/serves (http:\/\/127\.0\.0\.1:\d+)/);
      const sent = await fetch(`${url}/v1/events?wait=true`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify([message('by-http'), { type: 'message', run_id: 'x', role: 'user' }]),
      });
      expect(await sent.json()).toMatchObject({ accepted: 2, folded: true });
      expect((await fetch(`${url}/readyz`)).status).toBe(200);
      expect(await (await fetch(`${url}/v1/status`)).json()).toMatchObject({
        queue: { workers: 1 },
      });
      const file = await work.write('one.ndjson', [message('one')]);
      const ingested = await work.run(['ingest', file, '--wait', '--json'], { env });
      expect(ingested.code, ingested.stderr).toBe(0);
      expect((await work.run(['status'], { env })).code).toBe(0);
      const { stdout } = await work.run(['doctor', '--json'], { env });
      const rights = JSON.parse(stdout).checks.filter(
        (one: { area: string; check: string }) => one.area === 'redis' && one.check === 'rights',
      );
      expect(rights).toMatchObject([{ level: 'ok' }]);
      for (const running of [serve, worker]) {
        running.kill('SIGTERM');
        const { code, stderr } = await running.exit;
        expect(code, stderr).toBe(0);
        expect(stderr).not.toContain('NOPERM');
      }
      // The keys are in the database of the URL, and only under the prefix.
      const log = await withRedis(server.url, (redis) => redis.call('acl', 'log'));
      const refused = (log as readonly (readonly unknown[])[]).map((entry) => entry[7]);
      // The least rights do not include the server's settings. `doctor` asks for them and reports
      // that it may not read them.
      expect(refused.filter((name) => name !== 'config|get')).toEqual([]);
      const keys = await withRedis(`${server.url}/5`, (redis) => redis.keys('*'));
      expect(keys.length).toBeGreaterThan(0);
      expect(keys.filter((key) => !key.startsWith('runfold:'))).toEqual([]);
    });

    test.each([
      ['info', 'worker'],
      ['info', 'ingest -'],
      ['evalsha', 'worker'],
    ])('one without %s is told so by %s, which ends', async (command, args) => {
      const name = `without-${command}`;
      const rights = redisCommands.filter((one) => one !== command && one !== 'eval');
      await withRedis(server.url, (redis) =>
        redis.call(
          'acl',
          'setuser',
          name,
          'reset',
          'on',
          '>secret',
          '~runfold:*',
          ...rights.map((one) => `+${one}`),
        ),
      );
      const started = work.start(args.split(' '), {
        env: { ...env, REDIS_URL: urlOf(name, 'secret') },
        input: `${JSON.stringify(message('refused'))}\n`,
      });
      const line = await started.waitForLine(/NOPERM/);
      expect(line.input).toMatch(/NOPERM/);
      if (command !== 'info') started.kill('SIGTERM');
      const { code, stderr } = await started.exit;
      if (command === 'info') {
        expect(code).toBe(1);
        expect(stderr).not.toContain('ready check');
        expect(stderr).toMatch(
          /^error: The user of REDIS_URL lacks rights at .*"runfold doctor" says/m,
        );
      }
    });

    test.each([
      ['REDIS_URL', 'redis://:p@ss/w0rd@host:6379', 'redis://host:6379'],
      ['REDIS_URL', 'redis://:p#ss@host:6379', 'redis://host:6379'],
      ['DATABASE_URL', 'postgres://u:p/w@host/runfold', 'postgres://user:'],
    ])(
      '%s with a password that is not encoded is refused without a piece of it',
      async (name, url, example) => {
        const { code, stderr } = await work.run(['runs', 'list'], { env: { ...env, [name]: url } });
        expect(code).toBe(2);
        expect(stderr).toContain(`${name}: expected a URL such as ${example}`);
        expect(stderr).toContain('got something else');
        expect(stderr).not.toMatch(/w0rd|p\/w/);
      },
    );
  });
});
