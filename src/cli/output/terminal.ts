import pc from 'picocolors';
import type { Io, OutputStream } from '../io/io.js';
import { printableJson } from './printable.js';

/** The output of a command, and its width. */
export interface Terminal {
  readonly colors: ReturnType<typeof pc.createColors>;
  /** The width in columns; infinite if it is not a terminal. */
  readonly width: number;
  /** Whether progress may be drawn on stderr. */
  readonly is_live: boolean;
  /** The stream for progress. */
  readonly stderr: OutputStream;
  /** Writes a line of the result. */
  line(text?: string): void;
  /** Writes the result for programs. */
  json(value: unknown): void;
  /** Writes a line to stderr: notes, progress, errors. */
  note(text: string): void;
}

/** The terminal or pipe of a command. */
export function openTerminal({ stdout, stderr, is_colored }: Io): Terminal {
  const isTty = stdout.isTTY === true;
  return {
    colors: pc.createColors(is_colored),
    width: isTty ? Math.max(40, stdout.columns || 80) : Number.POSITIVE_INFINITY,
    is_live: stderr.isTTY === true,
    stderr,
    line: (text = '') => void stdout.write(`${text}\n`),
    json: (value) => void stdout.write(`${printableJson(value, isTty ? 2 : undefined)}\n`),
    // On a terminal a progress bar may stand on this line; it draws itself again below.
    note: (text) => void stderr.write(stderr.isTTY ? `\r\u001b[K${text}\n` : `${text}\n`),
  };
}
