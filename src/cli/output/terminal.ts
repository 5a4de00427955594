import pc from 'picocolors';
import { printableJson } from './printable.js';

/** What a command writes its result to, and how wide that is. */
export interface Terminal {
  readonly colors: ReturnType<typeof pc.createColors>;
  /** Columns; without bound where nobody looks. */
  readonly width: number;
  /** Whether progress may be drawn on stderr. */
  readonly is_live: boolean;
  /** Writes a line of the result. */
  line(text?: string): void;
  /** Writes the result for programs. */
  json(value: unknown): void;
  /** Writes a line beside the result: notes, progress, faults. */
  note(text: string): void;
}

/** The terminal, or pipe, of this process. */
export function openTerminal(): Terminal {
  const { stdout, stderr } = process;
  const isTty = stdout.isTTY === true;
  return {
    // picocolors looks at FORCE_COLOR and NO_COLOR, and at stdout.
    colors: pc,
    width: isTty ? Math.max(40, stdout.columns || 80) : Number.POSITIVE_INFINITY,
    is_live: stderr.isTTY === true,
    line: (text = '') => void stdout.write(`${text}\n`),
    json: (value) => void stdout.write(`${printableJson(value, isTty ? 2 : undefined)}\n`),
    // On a terminal a progress bar may stand on this line; it draws itself again below.
    note: (text) => void stderr.write(stderr.isTTY ? `\r\u001b[K${text}\n` : `${text}\n`),
  };
}
