import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { evaluate } from '#runfold/alerts/evaluate.js';
import { openReceiver, type Receiver } from '../../harness/webhook-receiver.js';
import { message, useStore, useWorkplace } from './command-line.js';

describe('runfold channels and runfold alerts', () => {
  const work = useWorkplace();
  const { write } = work;
  let receiver: Receiver;
  const store = useStore(work);
  beforeAll(async () => {
    receiver = await openReceiver();
  });
  afterAll(() => receiver.close());
  const env = {
    RUNFOLD_SECRET_KEY: randomBytes(32).toString('hex'),
    RUNFOLD_WEBHOOK_HOSTS: '127.0.0.1',
  };
  const run = (args: readonly string[], more: Readonly<Record<string, string>> = {}) =>
    work.run(args, { env: { ...env, ...more } });
  const json = async (args: readonly string[]) =>
    JSON.parse((await run([...args, '--json'])).stdout);
  const told = (text: string | RegExp) =>
    typeof text === 'string' ? expect.stringContaining(text) : expect.stringMatching(text);

  test.each(['channels', 'alerts', 'budgets'])(
    '%s: every command explains itself',
    async (group) => {
      const { code, stdout } = await run([group, '--help']);
      expect(code).toBe(0);
      const names = [...stdout.matchAll(/^ {2}([a-z]+) .*/gm)].flatMap(([, name = '']) =>
        name === 'help' || name === 'runfold' ? [] : [name],
      );
      expect(names.length).toBeGreaterThan(2);
      for (const name of names) {
        const help = await run([group, name, '--help']);
        expect(help).toMatchObject({ code: 0, stderr: '', stdout: told('--json') });
        expect(help.stdout).toContain(`runfold ${group} ${name}`);
        expect(await run([group, name, '--no-such-flag'])).toMatchObject({ code: 2 });
      }
      expect(await run([group, 'no-such-command'])).toMatchObject({ code: 2 });
    },
  );

  test('make channels, whose secret is shown once, and drop them', async () => {
    const hook = await json(['channels', 'create', 'ops', '--webhook', receiver.url]);
    expect(hook).toMatchObject({ name: 'ops', kind: 'webhook', signing_secret: told(/^whsec_/) });
    const slack = await run([
      'channels',
      'create',
      'chat',
      '--slack',
      'https://example.com/s3cret',
    ]);
    expect(slack).toMatchObject({ code: 0, stdout: 'Channel chat sends to example.com.\n' });
    const mail = [
      'channels',
      'create',
      'mail',
      '--email',
      'a@example.com',
      '--email',
      'b@example.com',
    ];
    expect(await run(mail)).toMatchObject({
      code: 0,
      stdout: told('a@example.com, b@example.com'),
    });
    const { items } = await json(['channels', 'list']);
    expect(items).toHaveLength(3);
    const table = await run(['channels', 'list']);
    expect(table.stdout).toMatch(/ops +webhook +127\.0\.0\.1/);
    expect(JSON.stringify(items) + table.stdout).not.toMatch(/s3cret|whsec_|\/hook/);
    expect(await run(['channels', 'drop', 'chat'])).toMatchObject({ code: 0 });
    expect(await run(['channels', 'drop', 'chat'])).toMatchObject({
      code: 1,
      stderr: told('"chat"'),
    });
  });

  test('test a channel, and say why a receiver was not reached', async () => {
    const sample = ['alerts', 'test', 'ops'];
    const refused = await run(sample, { RUNFOLD_WEBHOOK_HOSTS: 'other.example.com' });
    expect(refused).toMatchObject({ code: 1, stdout: '', stderr: told('https address') });
    expect(await run(sample)).toMatchObject({ code: 0, stdout: 'The channel took it.\n' });
    expect(receiver.received).toHaveLength(1);
    receiver.answer(500);
    expect(await run(sample)).toMatchObject({ code: 1, stderr: told('got 500') });
    receiver.answer(204);
    const other = { RUNFOLD_SECRET_KEY: randomBytes(32).toString('hex') };
    expect(await run(sample, other)).toMatchObject({ code: 1, stderr: told('RUNFOLD_SECRET_KEY') });
    expect(await run(['alerts', 'test', 'nobody'])).toMatchObject({
      code: 1,
      stderr: told('"nobody"'),
    });
  });

  test('make a rule, list what fires, show its history, and drop it', async () => {
    await run(['budgets', 'create', 'all', '--limit', '1', '--window', 'total']);
    const made = await json(['alerts', 'create', 'spend', '--kind', 'budget', '--channel', 'ops']);
    expect(made).toMatchObject({ name: 'spend', kind: 'budget', channels: ['ops'], firing: 0 });
    expect(await run(['alerts', 'history'])).toMatchObject({ stdout: 'Nothing has fired.\n' });
    await write('spent.ndjson', [
      message('run', { id: 'm', occurred_at: new Date().toISOString(), metrics: { cost: 0.9 } }),
    ]);
    expect(await run(['ingest', '--wait', 'spent.ndjson'])).toMatchObject({ code: 0 });
    await evaluate(store().tier.database, async () => undefined);
    expect((await run(['alerts', 'list'])).stdout).toMatch(/spend +budget +ops +\d firing/);
    const { items } = await json(['alerts', 'history', '--rule', 'spend']);
    expect(items[0]).toMatchObject({
      type: 'alert.firing',
      data: { rule: 'spend', budget: 'all', figure: 0.9, limit: 1 },
      deliveries: [{ channel: 'ops', state: 'waiting' }],
    });
    const history = async () => (await run(['alerts', 'history'])).stdout;
    expect(await history()).toMatch(/has reached .* ops waiting\n/);
    const { database } = store().tier;
    await database.query('update runfold_internal.alert_delivery set is_open = false');
    expect(await history()).toMatch(/has reached .* ops not sent\n/);
    await database.query('update runfold_internal.alert_delivery set attempts = 3');
    expect(await history()).toMatch(/has reached .* ops failed after 3\n/);
    const [head, ...rows] = (await run(['alerts', 'history', '--csv'])).stdout.trim().split('\n');
    expect(head).toMatch(/^created_at,type,rule,kind,budget,value,share,/);
    // The newest first: the shares of 80 and 50 percent.
    expect(rows[0]).toMatch(/,alert\.firing,spend,budget,all,,80,cost,0\.9,1,/);
    expect(rows).toHaveLength(items.length);
    expect(await json(['alerts', 'history', '--rule', 'other'])).toEqual({ items: [] });
    expect(await run(['alerts', 'drop', 'spend'])).toMatchObject({ code: 0 });
    expect(await run(['alerts', 'drop', 'spend'])).toMatchObject({
      code: 1,
      stderr: told('"spend"'),
    });
    expect(await json(['alerts', 'list'])).toEqual({ items: [] });
  });

  test.each([
    [['channels', 'create', 'x'], 2, 'expected one of --webhook, --slack and --email'],
    [
      ['channels', 'create', 'x', '--slack', 'https://a.b/c', '--email', 'a@b.cd'],
      2,
      'expected one of',
    ],
    [
      ['channels', 'create', 'x', '--webhook', 'ftp://example.com'],
      2,
      'url: expected an https address',
    ],
    [['channels', 'create', 'X y', '--webhook', 'https://a.b/c'], 2, 'name: expected'],
    [['channels', 'create', 'x', '--email', 'nobody'], 2, 'to'],
    [
      ['channels', 'create', 'ops', '--webhook', 'https://a.b/c'],
      1,
      'channel named ops already exists',
    ],
    [['alerts', 'create', 'x'], 2, 'kind: expected one of budget, error_rate, slow'],
    [['alerts', 'create', 'x', '--kind', 'silence', '--channel', 'ops'], 2, '--agent: expected'],
    [['alerts', 'create', 'x', '--kind', 'gossip', '--channel', 'ops'], 2, 'kind: expected one of'],
    [['alerts', 'create', 'x', '--kind', 'rejects', '--channel', 'nobody'], 2, 'nobody'],
    [
      ['alerts', 'create', 'x', '--kind', 'rejects', '--channel', 'ops', '--above', 'much'],
      2,
      'above: expected',
    ],
    [
      ['alerts', 'create', 'x', '--kind', 'rejects', '--channel', 'ops', '--above', ''],
      2,
      'above: expected',
    ],
    [
      ['alerts', 'create', 'x', '--kind', 'rejects', '--channel', 'ops', '--agent', 'a'],
      2,
      '--agent',
    ],
  ])('%j is refused: %i, %s', async (args, code, text) => {
    const wrong = await run(args);
    expect(wrong).toMatchObject({ code, stdout: '', stderr: told(text) });
  });

  test('say what is missing without a key', async () => {
    const args = ['channels', 'create', 'y', '--slack', 'https://example.com/x'];
    expect(await run(args, { RUNFOLD_SECRET_KEY: '' })).toMatchObject({
      code: 1,
      stderr: told('openssl rand -hex 32'),
    });
  });
});
