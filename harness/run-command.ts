import { resolve } from 'node:path';
import { Readable, Writable } from 'node:stream';
import type { Io } from '#runfold/cli/io/io.js';
import { runCommandLine } from '#runfold/cli/run-command-line.js';
import { cleanEnvironment } from './processes.js';

/** The outcome of a command. */
export interface CommandExit {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The environment of a command. */
export interface CommandSurroundings {
  /** The working directory. */
  readonly dir: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Its standard input. Defaults to nothing. */
  readonly stdin?: string;
}

/** An output that collects what is written to it. */
function openCapture(): { readonly stream: Writable; text(): string } {
  const chunks: Buffer[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk);
      done();
    },
  });
  return { stream, text: () => Buffer.concat(chunks).toString('utf8') };
}

/**
 * Runs a command in this process, as `node dist/cli/main.js` would in a separate one: with separate
 * streams, environment and folder. It gets no signals and must end on its own.
 */
export async function runCommand(
  args: readonly string[],
  { dir, env = {}, stdin = '' }: CommandSurroundings,
): Promise<CommandExit> {
  const stdout = openCapture();
  const stderr = openCapture();
  const io: Io = {
    stdin: Readable.from([Buffer.from(stdin)], { objectMode: false }),
    stdout: stdout.stream,
    stderr: stderr.stream,
    env: cleanEnvironment(env),
    program: 'runfold',
    is_colored: false,
    exitCode: 0,
    locate: (name) => resolve(dir, name),
    onSignal: () => () => undefined,
    exit: (code) => {
      throw new Error(`Expected no end in mid-work, got one with ${code}.`);
    },
  };
  const code = await runCommandLine(args, io);
  return { code, stdout: stdout.text(), stderr: stderr.text() };
}
