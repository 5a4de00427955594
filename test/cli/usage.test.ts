import { describe, expect, test } from 'vitest';
import { useWorkplace } from './command-line.js';

const commands = [
  'demo',
  'up',
  'worker',
  'serve',
  'migrate',
  'ingest',
  'runs list',
  'runs show',
  'sessions list',
  'sessions show',
  'usage',
  'tools',
  'top',
  'prices list',
  'prices set',
  'prices drop',
  'reprice',
  'rejects list',
  'rejects show',
  'rejects retry',
  'rejects drop',
  'correct',
  'void',
  'export',
  'replay',
  'verify',
  'rebuild',
];

describe('the command line', () => {
  const { run } = useWorkplace();

  test.each(commands)('%s --help shows examples and the environment', async (command) => {
    const { code, stdout, stderr } = await run([...command.split(' '), '--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(new RegExp(`^Usage: runfold ${command}`));
    expect(stdout).toContain(`Examples:\n  $ `);
    for (const text of ['--database-url', '--project', 'DATABASE_URL', 'RUNFOLD_DIR']) {
      expect(stdout).toContain(text);
    }
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
    // The variables' meanings stand below each other.
    const table = stdout.slice(stdout.indexOf('Environment variables:')).split('\n').slice(1);
    const starts = table.map((line) => /^ {2}(\S+ +)?/.exec(line)?.[0].length ?? 0);
    expect(new Set(starts.filter((start) => start > 2)).size).toBe(1);
  });

  test('--version is that of the package', async () => {
    const { code, stdout } = await run(['--version']);
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
  });

  test.each([
    { name: 'no command', args: [], says: 'Usage: runfold' },
    { name: 'an unknown command', args: ['fold'], says: "unknown command 'fold'" },
    { name: 'an unknown flag', args: ['migrate', '--now'], says: "unknown option '--now'" },
    { name: 'a missing argument', args: ['ingest'], says: "missing required argument 'file'" },
    {
      name: 'a missing argument in a group',
      args: ['sessions', 'show'],
      says: '(see "runfold sessions show --help")',
    },
    { name: 'a group alone', args: ['runs'], says: 'Usage: runfold runs' },
    { name: 'no choice of rejects', args: ['rejects', 'drop'], says: 'or --all' },
    { name: 'a port on a server tier', args: ['up', '--port', '0'], says: '1 to 65535' },
    { name: 'a limit that is none', args: ['runs', 'list', '--limit', '0'], says: '1 to 1000' },
    { name: 'a correction of nothing', args: ['correct', 'e'], says: 'Expected --set' },
    {
      name: 'no metric',
      args: ['correct', 'e', '--set', 'tokens=1'],
      says: '--set: expected one of input_tokens',
    },
    {
      name: 'a demo on a server',
      args: ['demo', '--database-url', 'postgres://h/d'],
      says: 'demo:',
    },
  ])('$name is bad usage: exit code 2', async ({ args, says }) => {
    const { code, stdout, stderr } = await run(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(says);
  });

  test('every fault of the environment is reported at once, without a stack', async () => {
    const env = { RUNFOLD_DIRR: 'x', RUNFOLD_LOG_LEVEL: 'loud', REDIS_URL: 'redis://h' };
    const { code, stderr } = await run(['worker'], { env });
    expect(code).toBe(2);
    expect(stderr.trim().split('\n')).toEqual([
      expect.stringMatching(/^error: RUNFOLD_DIRR: .*unknown variable/),
      expect.stringMatching(/^error: RUNFOLD_LOG_LEVEL: .*got "loud"/),
      expect.stringMatching(/^error: DATABASE_URL: /),
    ]);
  });

  test('a password never comes back out', async () => {
    const secret = 'hunter2secret';
    const wrong = `mysql://user:${secret}@127.0.0.1:1/x`;
    const away = `postgres://user:${secret}@127.0.0.1:1/x`;
    const exits = await Promise.all([
      run(['runs', 'list', '--database-url', wrong]),
      run(['runs', 'list', '--database-url', away, '--log-level', 'trace']),
      run(['runs', 'list'], { env: { DATABASE_URL: wrong } }),
      run(['runs', away]),
    ]);
    expect(exits.map(({ code }) => code)).toEqual([2, 1, 2, 2]);
    for (const { stdout, stderr } of exits) expect(stdout + stderr).not.toContain(secret);
  });
});
