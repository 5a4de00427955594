import type { Readable, Writable } from 'node:stream';
import type { Command } from 'commander';

/** A stream that a command writes to. */
export interface OutputStream extends Writable {
  /** Whether it is a terminal. */
  readonly isTTY?: boolean;
  /** The width of the terminal, if it is one. */
  readonly columns?: number;
  /** Its file descriptor, if it has one. */
  readonly fd?: number;
}

/**
 * Everything outside of a command that it uses. A process has one, and so has each command
 * that a test runs in the test's own process.
 */
export interface Io {
  readonly stdin: Readable;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly env: NodeJS.ProcessEnv;
  /** What a person types to run the program where it was started: `runfold`, `npx runfold` or `node …/main.js`. */
  readonly program: string;
  /** Whether output may be coloured. */
  readonly is_colored: boolean;
  /** The exit code if the command does not throw. */
  exitCode: number;
  /** The absolute path of a file or folder. */
  locate(name: string): string;
  /** Calls back on SIGINT and SIGTERM, which then have no other effect; returns a function that stops this. */
  onSignal(listener: (name: NodeJS.Signals) => void): () => void;
  /** Ends the process at once. */
  exit(code: number): void;
}

const ios = new WeakMap<Command, Io>();

/** Makes a program and all its commands use `io`. */
export function giveIo(program: Command, io: Io): void {
  ios.set(program, io);
}

/** The `io` of a command's program. */
export function ioOf(command: Command): Io {
  for (let at: Command | null = command; at !== null; at = at.parent) {
    const io = ios.get(at);
    if (io !== undefined) return io;
  }
  throw new Error(`Expected the command ${command.name()} to be part of a program.`);
}
