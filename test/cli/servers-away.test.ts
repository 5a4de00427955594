import { afterAll, beforeAll, expect, test } from 'vitest';
import { summaries } from '#runfold/cli/command/summaries.js';
import { createTestDatabase, type TestDatabase } from '../../harness/database.js';
import { withClient } from '../../harness/postgres-server.js';
import { createQueueNames, testRedisUrl } from '../../harness/queue-prefix.js';
import { freePort } from '../../harness/server-binary.js';
import { openSilentServer } from '../../harness/silent-server.js';
import { describeWithPostgres, describeWithRedis } from '../../harness/suite.js';
import { message, useWorkplace } from './command-line.js';

/** What a command does if Postgres, or only Redis, is unavailable at its start. */
type Outcome = 'explains' | 'works' | 'waits' | 'reports';

/** Every command with valid arguments, and its outcome without Postgres and without Redis. */
const commands: readonly (readonly [string, Outcome, Outcome])[] = [
  ['migrate', 'explains', 'works'],
  ['migrate --grants', 'explains', 'works'],
  ['status', 'reports', 'reports'],
  ['doctor', 'reports', 'reports'],
  ['ingest events.ndjson', 'explains', 'explains'],
  ['ingest events.ndjson --wait', 'explains', 'explains'],
  ['watch . --format litellm', 'explains', 'explains'],
  ['replay events.ndjson', 'explains', 'explains'],
  ['export out.ndjson', 'explains', 'works'],
  ['daily', 'explains', 'works'],
  ['weekly', 'explains', 'works'],
  ['monthly', 'explains', 'works'],
  ['blocks', 'explains', 'works'],
  ['runs list', 'explains', 'works'],
  ['sessions list', 'explains', 'works'],
  ['usage', 'explains', 'works'],
  ['tools', 'explains', 'works'],
  ['top users', 'explains', 'works'],
  ['prices list', 'explains', 'works'],
  ['prices set m --input 1 --output 2', 'explains', 'works'],
  ['reprice', 'explains', 'works'],
  ['rejects list', 'explains', 'works'],
  ['rejects drop --all', 'explains', 'works'],
  ['rejects retry --all', 'explains', 'explains'],
  ['void e-1', 'explains', 'explains'],
  ['correct e-1 --set cost=1', 'explains', 'explains'],
  ['verify', 'explains', 'works'],
  ['rebuild', 'explains', 'works'],
  ['projects list', 'explains', 'works'],
  ['projects create shop', 'explains', 'works'],
  ['mcp', 'explains', 'works'],
  ['keys list', 'explains', 'works'],
  ['keys create --scope read', 'explains', 'works'],
  ['budgets list', 'explains', 'works'],
  // As `when_unknown` of the budgets says. By default an agent continues.
  ['budgets check --cost 1', 'works', 'works'],
  ['alerts list', 'explains', 'works'],
  ['alerts history', 'explains', 'works'],
  ['channels list', 'explains', 'works'],
  ['labels list', 'explains', 'works'],
  ['shards list', 'explains', 'works'],
  ['shards move --stripe 0 --to a:1', 'explains', 'works'],
  ['shards rebalance', 'explains', 'works'],
  ['worker', 'explains', 'waits'],
  ['serve --no-page', 'explains', 'waits'],
  ['up --no-page', 'explains', 'waits'],
];
/**
 * A demo has a separate store, a prompt must work without servers, and a copy names both of its
 * stores.
 */
const withoutServers = ['demo', 'statusline', 'replicate'];

describeWithPostgres('a server that is away at the start', () => {
  const work = useWorkplace();
  let home: TestDatabase;
  let away: Record<'postgres' | 'redis', Record<string, string>>;
  beforeAll(async () => {
    home = await createTestDatabase();
    const port = await freePort();
    const redis = { RUNFOLD_REDIS_PREFIX: createQueueNames().prefix };
    away = {
      postgres: { DATABASE_URL: `postgres://user:secret@127.0.0.1:${port}/x` },
      redis: {
        ...redis,
        DATABASE_URL: home.url,
        REDIS_URL: `redis://user:secret@127.0.0.1:${port}`,
      },
    };
    expect((await work.run(['migrate', '--database-url', home.url])).code).toBe(0);
    await work.write('events.ndjson', [message('one', { id: 'e-1' })]);
    const direct = { env: { DATABASE_URL: home.url } };
    expect((await work.run(['ingest', 'events.ndjson', '--wait'], direct)).code).toBe(0);
  });
  afterAll(() => home.drop());

  test('is thought of for every command', () => {
    const named = new Set(commands.map(([line]) => line.split(' ')[0]));
    const missing = Object.keys(summaries).filter(
      (name) => !named.has(name) && !withoutServers.includes(name),
    );
    expect(missing).toEqual([]);
  });

  test('lets a check of budgets end as --when-unreachable says', async () => {
    const check = (more: readonly string[], env = away.postgres) =>
      work.run(['budgets', 'check', '--cost', '1', ...more, '--json'], { env });
    const refused = await check(['--when-unreachable', 'refuse']);
    expect(refused).toMatchObject({ code: 1, stderr: '' });
    expect(JSON.parse(refused.stdout)).toMatchObject({ allowed: false, is_unknown: true });
    for (const more of [[], ['--when-unreachable', 'allow']]) {
      const allowed = await check(more);
      expect(allowed).toMatchObject({ code: 0, stderr: '' });
      expect(JSON.parse(allowed.stdout)).toMatchObject({ allowed: true, is_unknown: true });
    }
    // A database that was never migrated is no outage.
    const bare = { DATABASE_URL: home.url.replace(/\/[^/?]+(?=\?|$)/, '/postgres') };
    expect(await check(['--when-unreachable', 'allow'], bare)).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('runfold migrate'),
    });
  });

  const says = { postgres: 'Cannot reach Postgres', redis: 'Cannot reach Redis at 127.0.0.1:' };
  for (const [server, column] of [
    ['postgres', 1],
    ['redis', 2],
  ] as const) {
    const these = commands.map((one) => [one[0], one[column]] as const);

    test.each(these.filter(([, outcome]) => outcome !== 'waits'))(
      `of ${server}: "%s" %s`,
      async (line, outcome) => {
        const { code, stdout, stderr } = await work.run(line.split(' '), { env: away[server] });
        expect(`${stdout}${stderr}`).not.toContain('secret');
        if (outcome === 'works') {
          expect(code, `${stdout}${stderr}`).toBeLessThanOrEqual(1);
          const errors = stderr.split('\n').filter((one) => one.startsWith('error: '));
          expect(errors.join('\n')).not.toContain(says[server]);
          // A command that reads totals says why they may lack some. It knows the reason and waits for no response.
          const notes = stderr.split('\n').filter((one) => one.includes('figures may lack events'));
          for (const note of notes) expect(note).toContain(says[server]);
        } else {
          expect(code, `${stdout}${stderr}`).toBe(1);
          expect(`${stdout}${stderr}`).toContain(says[server]);
        }
        if (outcome === 'explains') {
          expect(stdout).toBe('');
          // A worker in the same process may have logged the outage before.
          const told = stderr.split('\n').filter((one) => one !== '' && !one.startsWith('{'));
          expect(told).toEqual([expect.stringMatching(/^error: Cannot reach/)]);
        }
      },
    );

    const waiting = these.filter(([, outcome]) => outcome === 'waits');
    if (waiting.length === 0) continue;
    test.each(waiting)(
      `of ${server}: "%s" waits, says so once, and ends on SIGTERM`,
      async (line) => {
        const running = work.start(line.split(' '), { env: away[server] });
        await running.waitForLine(/Cannot reach Redis at /);
        if (!line.startsWith('worker')) await running.waitForLine(/http:\/\/127/);
        running.kill('SIGTERM');
        const { code, stderr } = await running.exit;
        expect(code, stderr).toBe(0);
        expect(stderr).not.toContain('secret');
        // Each end of the queue reports it once, never repeatedly.
        expect(stderr.match(/Cannot reach Redis at/g)?.length).toBeLessThanOrEqual(6);
      },
    );
  }
});

describeWithRedis('a Postgres that is frozen at the start', () => {
  const work = useWorkplace();

  // A worker would wait for it, and log every attempt.
  test('ends the commands that fold what they send, with one line', async () => {
    await work.write('events.ndjson', [message('one', { id: 'e-1' })]);
    const frozen = await openSilentServer();
    const env = {
      DATABASE_URL: `postgres://user:secret@${frozen.place}/x`,
      REDIS_URL: testRedisUrl(),
      RUNFOLD_REDIS_PREFIX: createQueueNames().prefix,
    };
    const lines = [
      'ingest events.ndjson --wait',
      'replay events.ndjson',
      'rejects retry --all',
      'void e-1',
      'correct e-1 --set cost=1',
    ];
    try {
      const started = performance.now();
      const exits = await Promise.all(lines.map((line) => work.run(line.split(' '), { env })));
      expect(performance.now() - started).toBeLessThan(30_000);
      for (const exit of exits) {
        const stderr = expect.stringMatching(/^error: Cannot reach Postgres: [^\n]*\n$/);
        expect(exit).toMatchObject({ code: 1, stdout: '', stderr });
      }
    } finally {
      frozen.close();
    }
  });
});

describeWithPostgres('a store of a newer version', () => {
  const work = useWorkplace();
  let home: TestDatabase;
  beforeAll(async () => {
    home = await createTestDatabase();
    expect((await work.run(['migrate', '--database-url', home.url])).code).toBe(0);
    await work.write('events.ndjson', [message('one', { id: 'e-1' })]);
    await withClient(home.url, (client) =>
      client.query(
        `insert into runfold_migrations.migration (hash, created_at) values ('newer', 9999999999999)`,
      ),
    );
  });
  afterAll(() => home.drop());

  const refused = commands.flatMap(([line, outcome]) => (outcome === 'explains' ? [line] : []));
  test.each(refused)('is refused by "%s"', async (line) => {
    const { code, stdout, stderr } = await work.run(line.split(' '), {
      env: { DATABASE_URL: home.url },
    });
    expect(code, `${stdout}${stderr}`).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toContain('A newer version of Runfold migrated this');
  });
});
