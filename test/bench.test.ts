import { afterAll, describe, expect, inject, test } from 'vitest';
import { dropTemplate } from '../bench/bench-database.js';
import { type Figure, measureSubject } from '../bench/measure-subject.js';
import { type Subject, subjects } from '../bench/subjects.js';
import { startProgram } from '../harness/programs.js';
import { describeWithRedis } from '../harness/suite.js';

/** It installs another reader of logs for comparison, which a test must not do. */
const notPlayed = 'logs';
/** The subject of the program's own test: it starts no other process. */
const ofProgram = 'fold';
const played = Object.entries(subjects).filter(
  ([name]) => name !== notPlayed && name !== ofProgram,
);

function expectMeasured(name: string, report: readonly Figure[]): void {
  expect(report.length, name).toBeGreaterThan(0);
  for (const { figure, median } of report) {
    expect(Number.isFinite(median), `${name}: ${figure} is ${median}`).toBe(true);
  }
}

describeWithRedis('the bench', () => {
  const servers = () => {
    const { postgres, redis } = inject('testRun');
    return { postgres: postgres.url ?? '', redis: redis.url ?? '' };
  };
  afterAll(() => dropTemplate(servers()));

  // In this process: each subject starts its own processes, and all copy one database.
  test.for<[string, Subject]>(played)(
    'runs %s at a tiny size, and measures what it says',
    { timeout: 300_000 },
    async ([name, subject]) => {
      // With fewer rows, a rebuild repairs in place instead of swapping tables.
      const events = name === 'rebuild' ? 20_000 : 1_000;
      const size = { runs: 1, events, seconds: 0.2 };
      expectMeasured(name, await measureSubject(servers(), subject, size));
    },
  );

  test('prints what it measured as JSON, with the machine and the servers', async () => {
    const { postgres, redis } = servers();
    const run = await startProgram(
      'bench/main',
      [ofProgram, '--runs', '2', '--events', '1000', '--json'],
      { env: { TEST_DATABASE_URL: postgres, TEST_REDIS_URL: redis } },
    ).exit;
    expect(run.code, run.stderr).toBe(0);
    const { report, machine, versions, ...setting } = JSON.parse(run.stdout);
    expect(setting).toEqual({ subject: ofProgram, runs: 2, events: 1_000, seconds: 1 });
    expect(machine).toContain(`Node ${process.versions.node}`);
    expect(versions).toMatchObject({
      postgres: expect.stringMatching(/^\d/),
      redis: expect.stringMatching(/^\d/),
    });
    expectMeasured(ofProgram, report);
  });
});

describe.each(['bench', 'chaos'])('npm run %s', (name) => {
  const play = (...args: readonly string[]) => startProgram(`${name}/main`, args).exit;

  test.each(['--help', '-h'])('%s prints what there is, and exits with 0', async (flag) => {
    const { code, stdout, stderr } = await play(flag);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(new RegExp(`^Usage: npm run ${name} -- `));
    expect(stdout).toMatch(name === 'bench' ? /^ {2}pipeline +\S/m : /^ {2}worker-kill +\S/m);
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
  });

  test.each([
    { args: ['--nope'], says: "error: Unknown option '--nope'." },
    {
      args: [name === 'bench' ? '--runs' : '--rounds', '0'],
      says: 'an integer from 1, got "0"',
    },
    { args: name === 'bench' ? ['nope'] : ['--scenario', 'nope'], says: 'got "nope"' },
  ])('$args is bad usage: exit code 2, and no stack', async ({ args, says }) => {
    const { code, stdout, stderr } = await play(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(says);
    expect(stderr).not.toMatch(/^ +at /m);
  });
});
