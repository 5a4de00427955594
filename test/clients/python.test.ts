import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { verify } from '#runfold/projections/audit/verify.js';
import { root } from '../../harness/doc-blocks.js';
import { startNode } from '../../harness/processes.js';
import { fastestTier, openTestTier } from '../../harness/tiers.js';
import { waitUntil } from '../../harness/wait-until.js';
import { openTestService } from '../http/http-service.js';

const package_ = join(root, 'clients/python');
const tests = join(package_, 'tests');
const hasPython = spawnSync('python3', ['--version']).status === 0;
const run = promisify(execFile);
const environment = (more: Record<string, string>) => ({
  PATH: process.env.PATH,
  PYTHONPATH: package_,
  PYTHONDONTWRITEBYTECODE: '1',
  ...more,
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('Expected a port.');
  return address.port;
}

describe.skipIf(!hasPython)('the Python package (python3)', () => {
  test('passes its own tests against a service with keys', async ({ onTestFinished }) => {
    const service = await openTestService(fastestTier());
    onTestFinished(() => service.close());
    const { headers } = await service.key(1, ['ingest', 'read']);
    const { stderr } = await run('python3', ['-m', 'unittest', 'discover', '-s', tests], {
      env: environment({
        RUNFOLD_TEST_URL: service.http.url,
        RUNFOLD_TEST_KEY: headers.authorization.slice('Bearer '.length),
      }),
    });
    expect(stderr).toMatch(/\nOK\n$/);

    // Agno's own runs, sent twice by the command. The totals are those that Agno computed.
    const golden = join(root, 'test/golden/agno-1.8.4-session');
    for (const _time of [1, 2]) {
      const sent = await run('python3', ['-m', 'runfold.agno', `${golden}.ndjson`], {
        env: environment({
          RUNFOLD_URL: service.http.url,
          RUNFOLD_KEY: headers.authorization.slice('Bearer '.length),
        }),
      });
      expect(JSON.parse(sent.stdout)).toMatchObject({ refused: 0, not_sent: 0 });
    }
    const expected = JSON.parse(await readFile(`${golden}.expected.json`, 'utf8')) as {
      runs: { run_id: string; run_metrics: unknown; session_metrics_after: unknown }[];
    };
    const read = async (path: string) => (await service.fetch(path, { headers })).json();
    await waitUntil(
      () => read('/v1/sessions/sess-1/metrics'),
      (metrics) =>
        JSON.stringify(metrics) === JSON.stringify(expected.runs.at(-1)?.session_metrics_after),
      { what: "the session's metrics" },
    );
    for (const { run_id, run_metrics } of expected.runs) {
      expect(await read(`/v1/runs/${run_id}/metrics`)).toEqual(run_metrics);
    }
  });

  test('loses nothing and repeats nothing, from ten processes, though the service is killed', async ({
    onTestFinished,
  }) => {
    const home = await openTestTier('postgres');
    onTestFinished(home.close);
    const port = await freePort();
    const start = async () => {
      const service = startNode(['dist/cli/main.js', 'up'], {
        env: { ...home.env, RUNFOLD_HTTP_PORT: String(port) },
        cwd: root,
      });
      await service.waitForLine(/worker started/, 60_000);
      return service;
    };
    let service = await start();
    onTestFinished(() => service.kill('SIGKILL'));
    const sender = spawn(
      'python3',
      [join(tests, 'ten_processes.py'), `http://127.0.0.1:${port}`, '', 's-python'],
      { env: environment({}), stdio: ['ignore', 'pipe', 'inherit'] },
    );
    let written = '';
    sender.stdout.setEncoding('utf8').on('data', (text: string) => {
      written += text;
    });
    const ended = once(sender, 'close');
    const logged = async () => {
      const [row] = await home.tier.database.query<{ count: number }>(
        'select count(*)::integer as count from runfold_internal.event',
      );
      return row?.count ?? 0;
    };
    await waitUntil(logged, (count) => count > 0, { what: 'the first events', timeoutMs: 60_000 });
    service.kill('SIGKILL');
    await service.exit;
    service = await start();
    await ended;
    const stats = JSON.parse(written.trim().split('\n').at(-1) ?? '');
    expect(stats).toEqual({
      given: 100_000,
      waiting: 0,
      accepted: 100_000,
      refused: 0,
      dropped: 0,
    });
    await waitUntil(logged, (count) => count >= 100_000, {
      what: 'all events',
      timeoutMs: 180_000,
    });
    expect(await logged()).toBe(100_000);
    const [session] = await home.tier.database.query<{ tokens: string }>(
      "select total_tokens::text as tokens from runfold.sessions where session_id = 's-python'",
    );
    expect(session?.tokens).toBe('300000');
    expect((await verify(home.tier.database)).equal).toBe(true);
  });
});
