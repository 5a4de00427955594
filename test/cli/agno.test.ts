import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTier, type Tier } from '#runfold/tier.js';
import { createTestHome, describeOnEachTier, type TestHome } from '../../harness/tiers.js';
import { goldenFolder, serveStore, useWorkplace } from './command-line.js';

interface Golden {
  readonly user_id: string;
  readonly runs: readonly {
    run_id: string;
    run_metrics: unknown;
    session_metrics_after: unknown;
  }[];
}

const readGolden = async (): Promise<Golden> =>
  JSON.parse(await readFile(join(goldenFolder, 'agno-1.8.4-session.expected.json'), 'utf8'));

describeOnEachTier('the Agno session, ingested by command', (name) => {
  const { run, runProcess } = useWorkplace();
  let home: TestHome;
  let served: Tier | undefined;
  beforeAll(async () => {
    // The first command serves the embedded store itself. The later ones are guests.
    home = await createTestHome(name);
  });
  afterAll(async () => {
    await served?.close();
    await home.close();
  });

  test("shows Agno's own figures, and the same when it is sent again", async () => {
    const { env } = home;
    const golden = await readGolden();
    const file = join(goldenFolder, 'agno-1.8.4-session.ndjson');
    const ingest = async (start: typeof run | typeof runProcess) => {
      const flags = ['--format', 'agno', '--user', golden.user_id, '--wait', '--json'];
      const { code, stdout, stderr } = await start(['ingest', file, ...flags], { env });
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      return JSON.parse(stdout);
    };
    const shows = async (noun: 'runs' | 'sessions', id: string, metrics: unknown) => {
      const { stdout } = await run([noun, 'show', id, '--shape', 'agno', '--json'], { env });
      expect(stdout).toBe(`${JSON.stringify(metrics)}\n`);
    };
    const session = golden.runs.at(-1)?.session_metrics_after;
    const first = await ingest(runProcess);
    expect(first).toMatchObject({ lines: 4, sent: 18, applied: 18, duplicates: 0 });
    if (name === 'embedded') served = await openTier({ ...home.options, exclusive: true });
    for (const { run_id, run_metrics } of golden.runs) await shows('runs', run_id, run_metrics);
    await shows('sessions', 'sess-1', session);
    expect(await ingest(run)).toMatchObject({ lines: 4, sent: 18, applied: 0, duplicates: 18 });
    await shows('sessions', 'sess-1', session);
  });
});

describe('Agno runs sent into an empty folder', () => {
  const work = useWorkplace();
  const { run, runProcess } = work;
  const file = join(goldenFolder, 'agno-1.8.4-session.ndjson');

  beforeAll(async () => {
    const { user_id } = await readGolden();
    const args = ['ingest', file, '--format', 'agno', '--user', user_id];
    const { code, stderr } = await runProcess(args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });
  serveStore(work);

  test('list as rows for programs and as tables for people', async () => {
    const runs = JSON.parse((await run(['runs', 'list', '--json', '--limit', '3'])).stdout);
    expect(runs.items).toHaveLength(3);
    const rest = await run(['runs', 'list', '--json', '--cursor', runs.next_cursor]);
    expect(JSON.parse(rest.stdout).items).toHaveLength(1);
    const sessions = JSON.parse((await run(['sessions', 'list', '--json'])).stdout);
    expect(sessions.items).toMatchObject([{ session_id: 'sess-1', runs: 4, user_id: 'user-1' }]);
    expect((await run(['sessions', 'show', 'sess-1'])).stdout).toMatch(/^Session sess-1\n/);
    expect((await run(['runs', 'list'])).stdout.split('\n')).toHaveLength(6);
  });

  test('are told apart from events', async () => {
    const input = JSON.stringify({ type: 'message', role: 'user', run_id: 'mixed-up' });
    const { code, stdout, stderr } = await run(['ingest', '-', '--format', 'agno', '--json'], {
      input,
    });
    expect({ code, ...JSON.parse(stdout) }).toMatchObject({ code: 1, sent: 0, invalid_lines: 1 });
    expect(stderr).toBe(
      'stdin:1: event: expected an Agno run, got a Runfold event of type "message"; leave out --format agno\n',
    );
  });

  test('do not know a run that was not sent', async () => {
    const exits = await Promise.all(
      [[], ['--json'], ['--shape', 'agno', '--json']].map((flags) =>
        run(['runs', 'show', 'no\u001b[2Jrun', ...flags]),
      ),
    );
    for (const { code, stdout, stderr } of exits) {
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toMatch(/^error: There is no run "no\\u001b\[2Jrun" in this project/);
    }
  });
});
