import type { Readable, Writable } from 'node:stream';
import type { Command } from 'commander';

/** A stream that a command writes to. */
export interface OutputStream extends Writable {
  /** Whether somebody looks at it. */
  readonly isTTY?: boolean;
  /** How wide it is, where somebody looks at it. */
  readonly columns?: number;
  /** Its file descriptor, where it has one. */
  readonly fd?: number;
}

/**
 * All that a command shares with the world around it. A process has one, and so has every command
 * that a test runs in its own process.
 */
export interface Io {
  readonly stdin: Readable;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly env: NodeJS.ProcessEnv;
  /** Whether what is written may be coloured. */
  readonly is_colored: boolean;
  /** What the command ends with when it does not throw. */
  exitCode: number;
  /** Where the file or folder lies that is called so. */
  locate(name: string): string;
  /** Tells of SIGINT and SIGTERM, which then have no other effect; answers how to stop that. */
  onSignal(listener: (name: NodeJS.Signals) => void): () => void;
  /** Ends the process at once. */
  exit(code: number): void;
}

const ios = new WeakMap<Command, Io>();

/** Has a program, and every command in it, use `io`. */
export function giveIo(program: Command, io: Io): void {
  ios.set(program, io);
}

/** What the program of a command was given. */
export function ioOf(command: Command): Io {
  for (let at: Command | null = command; at !== null; at = at.parent) {
    const io = ios.get(at);
    if (io !== undefined) return io;
  }
  throw new Error(`Expected the command ${command.name()} to be part of a program.`);
}
