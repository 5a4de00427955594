#!/usr/bin/env node
import { processIo } from './io/process-io.js';
import { runCommandLine } from './run-command-line.js';

// A reader that has seen enough, such as head, closes the pipe; that is no fault of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit();
  throw error;
});
// A log that no one reads any more is no reason to end in mid-work.
process.stderr.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

process.exitCode = await runCommandLine(process.argv.slice(2), processIo());
