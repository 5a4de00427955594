#!/usr/bin/env node
import { processIo } from './io/process-io.js';
import { runCommandLine } from './run-command-line.js';

// A reader that has seen enough, such as head, closes the pipe. That is not an error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit();
  throw error;
});
// Keep working if nobody reads the log any more.
process.stderr.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

process.exitCode = await runCommandLine(process.argv.slice(2), processIo());
