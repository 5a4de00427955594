import { type Command, Help } from 'commander';
import { describe, expect, test } from 'vitest';
import { processIo } from '#runfold/cli/io/process-io.js';
import { createProgram } from '#runfold/cli/program.js';
import { variableMeanings } from '#runfold/environment/variables.js';
import { useWorkplace } from './command-line.js';

/** Every runnable command, with the words that call it. */
function commandsOf(program: Command, words: readonly string[] = []): [string, Command][] {
  return program.commands.flatMap((command) => {
    const named = [...words, command.name()];
    return command.commands.length > 0
      ? commandsOf(command, named)
      : [[named.join(' '), command] as [string, Command]];
  });
}

/** The output of `--help` for a command. */
function helpOf(command: Command): string {
  let text = '';
  command.configureOutput({
    writeOut: (more) => {
      text += more;
    },
  });
  command.outputHelp();
  return text;
}

function expectHelp(name: string, text: string): void {
  expect(text).toMatch(new RegExp(`^Usage: runfold ${name}`));
  expect(text).toContain(`Examples:\n  $ `);
  for (const part of ['--database-url', '--project', 'DATABASE_URL', 'RUNFOLD_DIR']) {
    expect(text).toContain(part);
  }
  expect(text.trimEnd()).toMatch(/"runfold --help" lists all of them\.$/);
  expectAligned(text);
}

/** The lines fit a terminal, and the meanings of the variables are aligned. */
function expectAligned(text: string): void {
  expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
  const table = text.slice(text.indexOf('Environment variables:')).split('\n').slice(1);
  const starts = table.map((line) => /^ {2}(\S+ +)?/.exec(line)?.[0].length ?? 0);
  expect(new Set(starts.filter((start) => start > 2)).size).toBe(1);
}

const program = await createProgram(processIo());

describe('the command line', () => {
  const { run, runProcess } = useWorkplace();

  test.each(commandsOf(program))('%s --help shows examples and the environment', (name, command) =>
    expectHelp(name, helpOf(command)),
  );

  test('the list of commands says what the commands say, without loading one', async () => {
    const { stdout } = await run(['--help']);
    expectAligned(stdout);
    for (const variable of Object.keys(variableMeanings))
      expect(stdout).toContain(`  ${variable} `);
    for (const command of program.commands) {
      expect(stdout).toContain(`  ${new Help().subcommandTerm(command)}`);
      expect(stdout.replace(/\s+/g, ' ')).toContain(command.summary());
    }
    // The commands have no options yet: these are loaded with the code of each.
    const { commands } = await createProgram(processIo(), ['--version']);
    for (const { options } of commands) expect(options).toHaveLength(5);
  });

  test.each([
    ['--project', '2'],
    ['--project=2', '--dir', 'runs'],
  ])('a command is found behind %s %s', async (...flags) => {
    const { code, stdout } = await run([...flags, 'verify', '--help']);
    expect(code).toBe(0);
    expectHelp('verify', stdout);
  });

  test('help is printed, and the exit code is 0', async () => {
    const { code, stdout, stderr } = await runProcess(['sessions', 'list', '--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expectHelp('sessions list', stdout);
  });

  test('--version is that of the package, and of the commit it was built from', async () => {
    const { code, stdout } = await runProcess(['--version']);
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+(\+[0-9a-f]{10}(\.changed)?)?\n$/),
    });
  });

  test.each([
    { name: 'no command', args: [], says: 'Usage: runfold' },
    { name: 'an unknown command', args: ['fold'], says: "unknown command 'fold'" },
    { name: 'an unknown flag', args: ['migrate', '--now'], says: "unknown option '--now'" },
    { name: 'a missing argument', args: ['export'], says: "missing required argument 'file'" },
    { name: 'a group alone', args: ['runs'], says: 'Usage: runfold runs' },
    { name: 'no choice of rejects', args: ['rejects', 'drop'], says: 'or --all' },
    { name: 'a port on a server tier', args: ['up', '--port', '0'], says: '1 to 65535' },
    { name: 'a limit that is none', args: ['runs', 'list', '--limit', '0'], says: '1 to 1000' },
    {
      name: 'a group that there is not',
      args: ['usage', '--by', 'customer'],
      says: '--by: expected one of model, provider, agent, tool, team, workflow, user, label:NAME',
    },
    {
      name: 'a label without a value',
      args: ['runs', 'list', '--label', 'customer'],
      says: '--label: expected NAME=VALUE, got "customer"',
    },
    {
      name: 'two windows of a budget',
      args: ['budgets', 'create', 'b', '--limit', '5', '--window', 'day', '--rolling', '24h'],
      says: "option '--rolling <span>' cannot be used with option '--window <window>'",
    },
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

  test.each([
    ['budgets create b --limit -1', '--limit: expected a number above 0'],
    [
      'budgets create b --limit 5 --rolling 7m',
      '--rolling: expected 1h to 90d in steps of 15m, such as 24h, got "7m".',
    ],
    ['alerts create a --kind fast', '--kind: expected one of budget, error_rate, slow'],
    ['alerts create a --kind error_rate', '--of: expected one of model, tool, agent'],
    ['alerts create a --kind error_rate', '--above: expected a share from 0 to 1'],
    ['runs list --label Foo=1', '--label: expected a name of 1 to 40 of a-z'],
    ['correct e --set inputTokens=1', '--set: expected input_tokens, got "inputTokens".'],
    ['runs list --limit 1001', '--limit: expected an integer from 1 to 1000, got "1001".'],
    ['top users --limit ten', '--limit: expected an integer from 1 to 1000, got "ten".'],
    ['usage --by user --top 0', '--top: expected an integer from 1 to 1000, got "0".'],
    ['ingest - --faults -1', '--faults: expected an integer from 0 to 999999999, got "-1".'],
    ['shards create --stripes 1', '--stripes: expected an integer from 2 to 256, got "1".'],
    [
      'shards move --stripe 1e1 --to n:1',
      '--stripe: expected an integer from 0 to 255, got "1e1".',
    ],
    [
      'alerts mute spend --minutes 1.5',
      '--minutes: expected an integer from 1 to 43200, got "1.5".',
    ],
    ['demo --events 0', '--events: expected an integer from 1 to 1000000, got "0".'],
    [
      'statusline --timeout x',
      '--timeout: expected milliseconds, an integer from 1 to 999999, got',
    ],
    ['runs list --project x', '--project: expected an integer from 1 to 2147483647, got "x".'],
    [
      'up --http-port 99999',
      '--http-port: expected a port from 1 to 65535, or 0 for any free one, got "99999".',
    ],
    [
      'up --http-port 1e3',
      '--http-port: expected a port from 1 to 65535, or 0 for any free one, got "1e3".',
    ],
    [
      'up --metrics-port x',
      '--metrics-port: expected a port from 1 to 65535, or 0 for any free one, got "x".',
    ],
  ])(
    'a number that is none is named, with what was expected and what came: %s',
    async (words, says) => {
      const { code, stdout, stderr } = await run(words.split(' '));
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toContain(`error: ${says}`);
    },
  );

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
