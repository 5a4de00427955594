import { type Command, CommanderError } from 'commander';
import { summaries } from './command/summaries.js';
import type { Io } from './io/io.js';
import { createProgram } from './program.js';

/** Runs the command that `args` name to its end and returns its exit code. Never throws. */
export async function runCommandLine(args: readonly string[], io: Io): Promise<number> {
  let isDebug = false;
  let called: Command | undefined;
  try {
    const asked = plainArguments(args);
    const program = await createProgram(io, asked);
    await program
      .hook('preAction', async (_program, command) => {
        called = command;
        const { readSettings } = await import('./command/settings.js');
        const { log_level } = readSettings(command);
        isDebug = log_level === 'debug' || log_level === 'trace';
      })
      .parseAsync(asked, { from: 'user' });
    return io.exitCode;
  } catch (error) {
    // Commander has already written its own text; help and version are not errors.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    const { describeError } = await import('./command/command-error.js');
    const { exit, text } = describeError(error, isDebug, called);
    if (text !== '') io.stderr.write(`${text}\n`);
    return exit;
  }
}

/** Turns `help` and `version` into flags: many programs have them as commands. */
function plainArguments(args: readonly string[]): readonly string[] {
  const [first, ...rest] = args;
  // With --help, a name that is no command would get the help of the program.
  const isCommand =
    rest[0] === undefined || rest[0].startsWith('-') || Object.hasOwn(summaries, rest[0]);
  if (first === 'help') return isCommand ? [...rest, '--help'] : rest;
  if (first === 'version' && rest.length === 0) return ['--version'];
  return args;
}
