import { execFileSync, spawnSync } from 'node:child_process';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunningProcess } from '../../harness/processes.js';
import { describeWithRedis } from '../../harness/suite.js';
import { openTcpProxy, type TcpProxy } from '../../harness/tcp-proxy.js';
import { openTestTier, type TestTier } from '../../harness/tiers.js';
import { waitUntil } from '../../harness/wait-until.js';
import { message, useWorkplace } from './command-line.js';

const promtool = spawnSync('promtool', ['--version']).error === undefined;
const fixtures = join(import.meta.dirname, '../logs/fixtures');

describeWithRedis('the metrics port', () => {
  const work = useWorkplace();
  let home: TestTier;
  let postgres: TcpProxy;
  let env: Record<string, string>;
  beforeAll(async () => {
    home = await openTestTier('redis+postgres');
    postgres = await openTcpProxy(String(home.env.DATABASE_URL), 5432);
    env = { ...home.env, DATABASE_URL: postgres.url };
  });
  afterAll(async () => {
    await postgres.close();
    await home.close();
  });
  const start = async (args: readonly string[], more: Record<string, string> = {}) => {
    const running = work.start([...args, '--metrics-port', '0'], { env: { ...env, ...more } });
    const [, url = ''] = await running.waitForLine(
      /"url":"(http:\/\/[^"]+)","msg":"metrics at \/metrics/,
      60_000,
    );
    return { running, url };
  };
  const end = async (running: RunningProcess) => {
    running.kill('SIGTERM');
    const { code, stderr } = await running.exit;
    expect(code, stderr).toBe(0);
  };
  const metricsOf = async (url: string, headers: Record<string, string> = {}) => {
    const response = await fetch(`${url}/metrics`, { headers });
    expect(response.status).toBe(200);
    const text = await response.text();
    if (promtool) {
      expect(execFileSync('promtool', ['check', 'metrics'], { input: text }).toString()).toBe('');
    }
    return (name: string) => {
      const line = text.split('\n').find((one) => one.startsWith(`${name} `));
      return line === undefined ? undefined : Number(line.split(' ').at(-1));
    };
  };
  const statusOf = async (url: string) => (await fetch(url)).status;

  test('of a worker tells its events, lanes, lag and last error, and whether it is ready', async () => {
    const { running, url } = await start(['worker']);
    await waitUntil(
      () => statusOf(`${url}/readyz`),
      (status) => status === 200,
    );
    expect(await (await fetch(`${url}/readyz`)).json()).toEqual({
      status: 'ok',
      database: 'ok',
      migrations: 'ok',
      queue: 'ok',
      worker: 'ok',
    });
    const lines = Array.from({ length: 20 }, (_, at) => message('measured', { id: `m-${at}` }));
    const file = await work.write('events.ndjson', lines);
    expect((await work.run(['ingest', file, '--wait'], { env: home.env })).code).toBe(0);
    const value = await metricsOf(url);
    expect(value('runfold_events_received_total')).toBe(20);
    expect(value('runfold_events_applied_total')).toBe(20);
    expect(value('runfold_fold_batch_events_sum')).toBe(20);
    expect(value('runfold_fold_lanes')).toBe(2);
    expect(value('runfold_fold_busy_lanes')).toBe(0);
    expect(value('runfold_fold_last_batch_timestamp_seconds')).toBeGreaterThan(1e9);
    expect(value('runfold_fold_last_error_timestamp_seconds')).toBe(0);
    expect(value('runfold_queue_age_seconds')).toBe(0);
    expect(value('runfold_rejects')).toBe(0);
    expect(value('runfold_http_tail_streams')).toBeUndefined();
    expect(await statusOf(`${url}/v1/runs`)).toBe(404);
    expect((await fetch(`${url}/metrics`, { method: 'POST' })).status).toBe(405);

    await postgres.cut();
    expect((await work.run(['ingest', file], { env: home.env })).code).toBe(0);
    await running.waitForLine(/write failed; waiting/);
    const away = await fetch(`${url}/readyz`);
    expect(away.status).toBe(503);
    expect(await away.json()).toMatchObject({ database: 'failing', queue: 'ok', worker: 'ok' });
    expect(await statusOf(`${url}/livez`)).toBe(200);
    const failing = await metricsOf(url);
    expect(failing('runfold_fold_last_error_timestamp_seconds')).toBeGreaterThan(1e9);
    expect(failing('runfold_rejects')).toBeNaN();
    await postgres.restore();
    await waitUntil(
      async () => (await metricsOf(url))('runfold_events_duplicate_total'),
      (count) => count === 20,
    );
    await end(running);
  });

  test('of a service tells what its /metrics tells, and takes the token', async () => {
    const token = 'token-of-a-test';
    const { running, url } = await start(['serve', '--no-page'], { RUNFOLD_METRICS_TOKEN: token });
    expect(await statusOf(`${url}/readyz`)).toBe(200);
    expect(await statusOf(`${url}/metrics`)).toBe(401);
    const value = await metricsOf(url, { authorization: `Bearer ${token}` });
    expect(value('runfold_http_tail_streams')).toBe(0);
    // It does not fold, so it has no figures of a worker.
    expect(value('runfold_events_applied_total')).toBeUndefined();
    expect(value('runfold_fold_batch_events_count')).toBeUndefined();
    await end(running);
  });

  test('of `up` shows the worker beside the service', async () => {
    const { running, url } = await start(['up', '--no-page']);
    const value = await metricsOf(url);
    expect(value('runfold_fold_lanes')).toBeGreaterThanOrEqual(0);
    expect(value('runfold_http_tail_streams')).toBe(0);
    await end(running);
  });

  test('of `watch` counts what it reads of logs', async () => {
    await cp(join(fixtures, 'claude-partials/projects'), join(work.dir, 'projects'), {
      recursive: true,
    });
    const args = ['watch', 'projects', '--format', 'claude-code', '--log-level', 'info'];
    const { running, url } = await start(args);
    const value = await waitUntil(
      () => metricsOf(url),
      (read) => (read('runfold_events_applied_total') ?? 0) > 0,
    );
    expect(value('runfold_logs_messages_total')).toBeGreaterThan(0);
    await waitUntil(
      () => statusOf(`${url}/readyz`),
      (status) => status === 200,
    );
    await end(running);
  });

  test('is refused where it is taken, and its flags are checked', async () => {
    const { running, url } = await start(['worker']);
    const taken = ['worker', '--metrics-port', new URL(url).port];
    const { code, stderr } = await work.run(taken, { env });
    expect(code).toBe(1);
    expect(stderr).toMatch(/error: Cannot serve metrics on 127\.0\.0\.1:\d+: .*EADDRINUSE/);
    for (const args of [
      ['--metrics-port', 'x'],
      ['--metrics-host', '0.0.0.0'],
    ]) {
      expect(await work.run(['worker', ...args], { env })).toMatchObject({ code: 2 });
    }
    await end(running);
  });
});
