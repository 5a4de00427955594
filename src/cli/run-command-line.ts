import { CommanderError } from 'commander';
import type { Io } from './io/io.js';
import { createProgram } from './program.js';

/** Runs the command that `args` name to its end; answers its exit code. Never throws. */
export async function runCommandLine(args: readonly string[], io: Io): Promise<number> {
  let isDebug = false;
  try {
    const program = await createProgram(io, args);
    await program
      .hook('preAction', async (_program, command) => {
        const { readSettings } = await import('./command/settings.js');
        const { log_level } = readSettings(command);
        isDebug = log_level === 'debug' || log_level === 'trace';
      })
      .parseAsync(args, { from: 'user' });
    return io.exitCode;
  } catch (error) {
    // Commander has written its own text by now; help and version are no errors.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    const { describeError } = await import('./command/command-error.js');
    const { exit, text } = describeError(error, isDebug);
    if (text !== '') io.stderr.write(`${text}\n`);
    return exit;
  }
}
