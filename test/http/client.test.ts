import { spawnSync } from 'node:child_process';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ApiError, createClient, type RunfoldClient, type TailMessage } from '#runfold/client.js';
import { createReads, type Reads } from '#runfold/query/reads/reads.js';
import { startNode } from '../../harness/processes.js';
import { fastestTier } from '../../harness/tiers.js';
import { openTestService, type TestService } from './http-service.js';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

describe('createClient', () => {
  let service: TestService;
  let client: RunfoldClient;
  beforeAll(async () => {
    service = await openTestService(fastestTier(), { limits: { tail_poll_ms: 20 } });
    const { headers } = await service.key(1, ['ingest', 'read']);
    const key = headers.authorization.slice('Bearer '.length);
    client = createClient({ url: service.http.url, key });
  });
  afterAll(() => service.close());

  const run = { run_id: 'run/1 ü', session_id: 'session 1', user_id: 'user-1' };

  test('sends events and reads every answer there is', async () => {
    const sent = await client.emit(
      [
        { ...run, type: 'message', role: 'assistant', model: 'm', metrics: { output_tokens: 3 } },
        { ...run, type: 'tool_call', tool_name: 'search' },
        { type: 'message' } as never,
      ],
      { wait: true },
    );
    expect(sent).toMatchObject({ accepted: 2, refused: 1, folded: true, faults: [{ index: 2 }] });
    expect(sent.ids).toEqual([expect.any(String), expect.any(String), null]);
    expect(await client.getRun(run)).toMatchObject({ run_id: run.run_id, output_tokens: 3 });
    expect(await client.getRun({ run_id: 'nobody' })).toBeUndefined();
    expect((await client.listRuns({ user_id: 'user-1' })).items).toHaveLength(1);
    expect(await client.getRunTree(run)).toMatchObject({ self: { tool_calls: 1 }, children: [] });
    expect(await client.getRunMetrics(run)).toEqual({ output_tokens: [3], total_tokens: [3] });
    expect(await client.getSession(run)).toMatchObject({ runs: 1 });
    expect((await client.listSessions()).items).toHaveLength(1);
    expect(await client.getSessionMetrics(run)).toMatchObject({ output_tokens: 3 });
    expect((await client.listMessages({ run_id: run.run_id })).items).toHaveLength(1);
    expect((await client.listToolCalls({ run_id: run.run_id, failed: false })).items).toHaveLength(
      1,
    );
    expect((await client.listEvents({ run_id: run.run_id, limit: 1 })).next_cursor).toBeDefined();
    const usage = await client.getUsage({
      from: '2026-01-01T00:00:00Z',
      group_by: ['provider', 'model'],
      filters: { model: 'm' },
    });
    expect(usage.rows).toMatchObject([{ model: 'm', output_tokens: 3 }]);
  });

  test('refuses ids that no address can hold, instead of reading something else', async () => {
    for (const id of ['.', '..']) {
      const refused = {
        status: 400,
        code: 'invalid_request',
        message: expect.stringContaining(`"${id}"`),
      };
      await expect(client.getRun({ run_id: id })).rejects.toMatchObject(refused);
      await expect(client.getRunMetrics({ run_id: id })).rejects.toMatchObject(refused);
      await expect(client.dropPrices({ model: id })).rejects.toMatchObject(refused);
    }
    expect(await client.getRun({ run_id: '...' })).toBeUndefined();
  });

  test('reads what a program in the same process reads, by the same functions', async () => {
    const { headers } = await service.key(1, ['read', 'admin']);
    const key = headers.authorization.replace('Bearer ', '');
    const client = createClient({ url: service.http.url, key });
    const reads: Reads = createReads(service.home.tier.database);
    const range = { from: '2026-01-01T00:00:00Z', to: '2100-01-01T00:00:00Z' };
    for (const read of [
      (from: Reads) => from.getRun(run),
      (from: Reads) => from.listRuns({ user_id: 'user-1' }),
      (from: Reads) => from.getRunTree(run),
      (from: Reads) => from.getRunMetrics(run),
      (from: Reads) => from.getSession(run),
      (from: Reads) => from.listSessions({ limit: 1 }),
      (from: Reads) => from.getSessionMetrics(run),
      (from: Reads) => from.listMessages({ run_id: run.run_id }),
      (from: Reads) => from.listToolCalls({ run_id: run.run_id, failed: false }),
      (from: Reads) => from.listEvents({ run_id: run.run_id }),
      (from: Reads) => from.getUsage({ ...range, group_by: ['model'], filters: { model: ['m'] } }),
      (from: Reads) => from.find({ q: 'run' }),
      (from: Reads) => from.listRejects(),
      (from: Reads) => from.getReject({ id: '5b0d6f1e-9a3c-4c55-b7a1-f2c04d8e6a91' }),
    ]) {
      expect(await read(client), String(read)).toEqual(await read(reads));
    }
  });

  test('makes, lists and revokes keys, and tells whether the service is ready', async () => {
    const { headers } = await service.key(1, ['admin']);
    const key = headers.authorization.replace('Bearer ', '');
    const admin = createClient({ url: service.http.url, key });
    const made = await admin.createKey({ scopes: ['read'], name: 'reports' });
    expect(made).toMatchObject({ name: 'reports', scopes: ['read'], revoked_at: null });
    expect(await createClient({ url: service.http.url, key: made.key }).listRuns()).toBeDefined();
    expect((await admin.listKeys()).map(({ id }) => id)).toContain(made.id);
    expect(await admin.revokeKey(made)).toMatchObject({ revoked_at: expect.any(String) });
    expect(await admin.revokeKey({ id: 'nobody' })).toBeUndefined();
    expect(await admin.getReadiness()).toEqual({
      status: 'ok',
      database: 'ok',
      migrations: 'ok',
      queue: 'ok',
    });
  });

  test('throws what the service says, with its code', async () => {
    const wrong = client.listRuns({ limit: 5_000 });
    await expect(wrong).rejects.toBeInstanceOf(ApiError);
    await expect(wrong).rejects.toMatchObject({ status: 400, code: 'invalid_request' });
    const nobody = createClient({ url: service.http.url });
    await expect(nobody.listRuns()).rejects.toMatchObject({ code: 'unauthorized' });
  });

  test('follows a tail, and goes on after a message', async () => {
    const ended = new AbortController();
    const seen: TailMessage[] = [];
    const read = async (after?: string) => {
      for await (const message of client.tail({ after, signal: ended.signal })) {
        seen.push(message);
        if (message.type === 'run') return message;
      }
      return undefined;
    };
    // Events from before the stream opens would not be in it: it begins at a known position.
    const begun = await client.tail({ signal: ended.signal });
    const first = begun.next();
    let at = 0;
    let opened = false;
    void first.then(() => {
      opened = true;
    });
    while (!opened) {
      await client.emit({ ...run, type: 'message', role: 'user', id: `t${at++}` }, { wait: true });
    }
    const { value } = await first;
    await begun.return(undefined);
    await client.emit({ ...run, type: 'message', role: 'user', id: 'last' }, { wait: true });
    const last = await read((value as TailMessage).id);
    expect(last).toMatchObject({ type: 'run', run: { run_id: run.run_id } });
    const ids = seen.flatMap((one) => (one.type === 'event' ? [one.event.id] : []));
    expect(new Set(ids).size).toBe(ids.length);
    ended.abort();
  });

  test('loads neither a driver, nor a queue, nor a server', async () => {
    const script = `
      import { createRequire, register } from 'node:module';
      register('data:text/javascript,' + encodeURIComponent(\`
        import { writeSync } from 'node:fs';
        export async function resolve(specifier, context, next) {
          const found = await next(specifier, context);
          writeSync(1, found.url + '\\\\n');
          return found;
        }\`));
      await import(process.argv[1]);
      console.log(Object.keys(createRequire(import.meta.url).cache).join('\\n'));`;
    const url = `file://${root}/dist/client.js`;
    const child = startNode(['--input-type=module', '--eval', script, url], { cwd: root });
    const { code, stdout } = await child.exit;
    expect(code).toBe(0);
    expect(stdout).toContain('/dist/client.js');
    expect(stdout).not.toContain('node_modules');
    expect(stdout).not.toMatch(/dist\/(store|query|http|ingest|worker)\//);
  });
});

const hasPython = spawnSync('python3', ['--version']).error === undefined;
if (!hasPython && process.env.CI) throw new Error('Nothing may be skipped in CI; no python3');
if (!hasPython) console.warn('skipped: the example in Python (no python3 on the PATH)');
