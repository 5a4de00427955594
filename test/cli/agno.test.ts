import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { goldenFolder, useWorkplace } from './command-line.js';

interface Golden {
  readonly user_id: string;
  readonly runs: readonly {
    run_id: string;
    run_metrics: unknown;
    session_metrics_after: unknown;
  }[];
}

describe('Agno runs sent into an empty folder', () => {
  const { run } = useWorkplace();
  const file = join(goldenFolder, 'agno-1.8.4-session.ndjson');
  let golden: Golden;

  beforeAll(async () => {
    const expected = join(goldenFolder, 'agno-1.8.4-session.expected.json');
    golden = JSON.parse(await readFile(expected, 'utf8'));
    const { code, stderr } = await run([
      'ingest',
      file,
      '--format',
      'agno',
      '--user',
      golden.user_id,
    ]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  test("show each run's metrics as Agno does", async () => {
    for (const { run_id, run_metrics } of golden.runs) {
      const { stdout } = await run(['runs', 'show', run_id, '--shape', 'agno', '--json']);
      expect(JSON.parse(stdout)).toEqual(run_metrics);
    }
  });

  test("show the session's metrics as Agno does", async () => {
    const { stdout } = await run(['sessions', 'show', 'sess-1', '--shape', 'agno', '--json']);
    expect(JSON.parse(stdout)).toEqual(golden.runs.at(-1)?.session_metrics_after);
  });

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
      expect(stderr).toMatch(/^error: Expected a run "no\\u001b\[2Jrun" in this project, got none/);
    }
  });
});
