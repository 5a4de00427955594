import { describeError } from './command/command-error.js';
import { readSettings } from './command/settings.js';
import type { Io } from './io/io.js';
import { createProgram } from './program.js';

/** Runs the command that `args` name to its end; answers its exit code. Never throws. */
export async function runCommandLine(args: readonly string[], io: Io): Promise<number> {
  let isDebug = false;
  try {
    await createProgram(io)
      .hook('preAction', (_program, command) => {
        const { log_level } = readSettings(command);
        isDebug = log_level === 'debug' || log_level === 'trace';
      })
      .parseAsync(args, { from: 'user' });
    return io.exitCode;
  } catch (error) {
    const { exit, text } = describeError(error, isDebug);
    if (text !== '') io.stderr.write(`${text}\n`);
    return exit;
  }
}
