#!/usr/bin/env node
import { describeError } from './command/command-error.js';
import { readSettings } from './command/settings.js';
import { createProgram } from './program.js';

// A reader that has seen enough, such as head, closes the pipe; that is no fault of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit();
  throw error;
});
// A log that no one reads any more is no reason to end in mid-work.
process.stderr.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

let isDebug = false;
try {
  await createProgram()
    .hook('preAction', (_program, command) => {
      const { log_level } = readSettings(command);
      isDebug = log_level === 'debug' || log_level === 'trace';
    })
    .parseAsync();
} catch (error) {
  const { exit, text } = describeError(error, isDebug);
  if (text !== '') process.stderr.write(`${text}\n`);
  process.exitCode = exit;
}
