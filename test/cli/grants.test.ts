import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDatabase } from '#runfold/postgres/database.js';
import { verify } from '#runfold/projections/audit/verify.js';
import { describeWithPostgres, describeWithRedis } from '../../harness/suite.js';
import { openTestTier, type TestTier } from '../../harness/tiers.js';
import { message, useWorkplace } from './command-line.js';

/** The error when a role lacks a right: SQLSTATE insufficient_privilege. */
const refused = { code: '42501' };

for (const [tier, describeOn] of [
  ['postgres', describeWithPostgres],
  ['redis+postgres', describeWithRedis],
] as const) {
  describeOn(`runfold migrate --grants on the tier ${tier}`, () => {
    const work = useWorkplace();
    const prefix = `rf_${randomBytes(4).toString('hex')}`;
    let home: TestTier;
    let urlOf: (role: string) => string;
    let envOf: (role: string) => Record<string, string>;
    beforeAll(async () => {
      home = await openTestTier(tier);
      urlOf = (role) => {
        const url = new URL(String(home.env.DATABASE_URL));
        url.username = `${prefix}_${role}`;
        url.password = 'of-a-test';
        return url.href;
      };
      envOf = (role) => ({ ...home.env, DATABASE_URL: urlOf(role) });
      const { code, stdout, stderr } = await work.run(['migrate', '--grants', prefix], {
        env: home.env,
      });
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      // The second time is that after an upgrade.
      await home.tier.database.pool.query(stdout);
      await home.tier.database.pool.query(stdout);
      for (const role of ['worker', 'service', 'reader']) {
        await home.tier.database.query(`alter role ${prefix}_${role} password 'of-a-test'`);
      }
    });
    afterAll(async () => {
      for (const role of ['worker', 'service', 'reader']) {
        await home.tier.database.query(`drop owned by ${prefix}_${role}`);
        await home.tier.database.query(`drop role ${prefix}_${role}`);
      }
      await home.close();
    });

    test('prints what a worker and a service need, and no more', async () => {
      const worker = work.start(['worker'], { env: envOf('worker') });
      await worker.waitForLine(/worker started/);
      const serve = work.start(['serve', '--no-page'], { env: envOf('service') });
      const [, url = ''] = await serve.waitForLine(/serves (http:\/\/127\.0\.0\.1:\d+)/);
      const send = async (path: string, init: RequestInit = {}) => {
        const response = await fetch(`${url}${path}`, {
          headers: { 'content-type': 'application/json' },
          ...init,
        });
        expect(response.status, `${path}: ${await response.clone().text()}`).toBeLessThan(300);
        return response.json();
      };
      const events = [
        message('least', { id: 'm-1', model: 'gpt-4o-mini', provider: 'openai', user_id: 'ann' }),
        { type: 'tool_call', run_id: 'least', id: 't-1', tool_name: 'find', error: true },
        { type: 'run', run_id: 'least', id: 'r-1', status: 'completed' },
      ];
      await send('/v1/events?wait=true', { method: 'POST', body: JSON.stringify(events) });
      const span = {
        traceId: '0af7651916cd43dd8448eb211c80319c',
        spanId: 'b7ad6b7169203331',
        name: 'chat',
        startTimeUnixNano: `${Date.now()}000000`,
        endTimeUnixNano: `${Date.now() + 1}000000`,
        attributes: [
          { key: 'gen_ai.operation.name', value: { stringValue: 'chat' } },
          { key: 'gen_ai.request.model', value: { stringValue: 'gpt-4o-mini' } },
          { key: 'gen_ai.usage.input_tokens', value: { intValue: '7' } },
        ],
      };
      await send('/v1/traces', {
        method: 'POST',
        body: JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] }),
      });
      for (const path of [
        '/v1/runs',
        '/v1/runs/least',
        '/v1/runs/least/tree',
        '/v1/sessions',
        '/v1/usage?from=2026-01-01T00:00:00Z&to=2027-01-01T00:00:00Z&bucket=month&group_by=user_id,model',
        '/v1/messages?run_id=least',
        '/v1/find?q=le',
        '/v1/rejects',
        '/v1/waiting',
        '/v1/status',
        '/readyz',
      ]) {
        await send(path);
      }
      await send('/v1/audits', { method: 'POST', body: '{}' });
      const zone = JSON.stringify({ time_zone: 'Europe/Berlin' });
      await send('/v1/projects', { method: 'POST', body: JSON.stringify({ name: 'shop' }) });
      await send('/v1/projects/1', { method: 'POST', body: zone });
      const reprice = (body: object) =>
        fetch(`${url}/v1/reprices`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
        });
      expect((await reprice({ dry_run: true })).status).toBe(202);
      const denied = await reprice({});
      expect(denied.status).toBe(409);
      expect(await denied.json()).toMatchObject({
        code: 'may_not_append',
        detail: expect.stringMatching(/may not append events.*role of a worker/),
      });
      // Repeated events are looked up in the log.
      await send('/v1/events?wait=true', { method: 'POST', body: JSON.stringify(events) });

      const env = envOf('service');
      const setPrice = 'prices set house --input 1 --output 2';
      const commands = ['runs list', 'usage', 'top users', 'rejects list', 'verify'];
      for (const command of [...commands, setPrice, setPrice]) {
        const { code, stderr } = await work.run(command.split(' '), { env });
        expect({ code, stderr }, command).toEqual({ code: 0, stderr: '' });
      }
      const unrecorded = await work.run(['verify'], { env: envOf('worker') });
      expect(unrecorded).toMatchObject({
        code: 0,
        stderr: expect.stringMatching(
          /^"runfold status" will not show this audit, .* may not record/,
        ),
      });
      for (const role of ['worker', 'service']) {
        const { stdout } = await work.run(['doctor', '--json'], { env: envOf(role) });
        const { checks } = JSON.parse(stdout);
        const rights = checks.find((one: { check: string }) => one.check === 'rights');
        expect(rights).toMatchObject({ level: 'ok', what: `of a ${role}` });
      }
      serve.kill('SIGTERM');
      expect((await serve.exit).code).toBe(0);
      worker.kill('SIGTERM');
      const { code, stderr } = await worker.exit;
      expect({ code, stderr: /permission denied/.exec(stderr) }).toEqual({ code: 0, stderr: null });
      expect(await verify(home.tier.database)).toMatchObject({ equal: true });
    });

    test.each([
      ['worker', 'delete from runfold_internal.event'],
      ['worker', 'select from runfold_internal.api_key'],
      ['worker', 'drop view runfold.runs'],
      ['worker', 'create schema other'],
      ['service', 'insert into runfold_internal.event select * from runfold_internal.event'],
      ['service', 'update runfold_internal.session set runs = 0'],
      ['reader', 'select from runfold_internal.event'],
      ['reader', 'insert into runfold.runs (run_id) values (1)'],
    ])('refuses a %s: %s', async (role, statement) => {
      const client = new pg.Client({ connectionString: urlOf(role) });
      await client.connect();
      try {
        await expect(client.query(statement)).rejects.toMatchObject(refused);
        expect((await client.query('select from runfold.runs')).rowCount).toBeGreaterThan(0);
      } finally {
        await client.end();
      }
    });

    test('a role without them hears which right is missing, and where they are printed', async () => {
      const { code, stderr } = await work.run(['keys', 'list'], { env: envOf('reader') });
      expect(code).toBe(1);
      expect(stderr).toMatch(
        /^error: The role of DATABASE_URL lacks a right: permission denied .*"runfold migrate --grants" prints/,
      );
      const database = openDatabase(urlOf('reader'), { max: 1 });
      await expect(database.query('select from runfold_internal.event')).rejects.toMatchObject(
        refused,
      );
      await database.close();
    });
  });
}
