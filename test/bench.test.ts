import { describe, expect, inject, test } from 'vitest';
import { startProgram } from '../harness/programs.js';
import { describeWithRedis } from '../harness/suite.js';

function bench(...args: readonly string[]) {
  const { postgres, redis } = inject('testRun');
  const env = { TEST_DATABASE_URL: postgres.url ?? '', TEST_REDIS_URL: redis.url ?? '' };
  return startProgram('bench/main', args, { env }).exit;
}

const subjects = [
  'pipeline',
  'http',
  'fold',
  'shards',
  'query',
  'page',
  'rebuild',
  'budget',
  'latency',
  'memory',
  'otlp',
] as const;
/** It installs another reader of logs for comparison, which a test must not do. */
const notPlayed = ['logs'];

describeWithRedis('the bench', () => {
  test('has no subject that is not run here', async () => {
    const { code, stderr } = await bench('no such subject');
    expect(code).toBe(2);
    expect(/\[([a-z| ]+)\]/.exec(stderr)?.[1]?.split(' | ').sort()).toEqual(
      [...subjects, ...notPlayed].sort(),
    );
  });

  test.for(subjects)(
    'runs %s at a tiny size, and measures what it says',
    { timeout: 300_000 },
    async (subject) => {
      // With fewer rows, a rebuild repairs in place instead of swapping tables.
      const events = subject === 'rebuild' ? '20000' : '1000';
      const size = ['--runs', '1', '--events', events, '--seconds', '0.2', '--json'];
      const run = await bench(subject, ...size);
      expect(run.code, `${subject}: ${run.stderr}`).toBe(0);
      const { report, machine, versions } = JSON.parse(run.stdout);
      expect(machine).toContain(`Node ${process.versions.node}`);
      expect(versions).toMatchObject({
        postgres: expect.stringMatching(/^\d/),
        redis: expect.stringMatching(/^\d/),
      });
      expect(report.length, subject).toBeGreaterThan(0);
      for (const figure of report) {
        expect(figure.median, `${subject}: ${figure.figure}`).toEqual(expect.any(Number));
        expect(Number.isFinite(figure.median), `${subject}: ${figure.figure}`).toBe(true);
      }
    },
  );
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
