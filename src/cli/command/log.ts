import { destination, type Logger, levels, pino } from 'pino';
import type { LogLevel } from '../../environment/config.js';
import { errorFields } from '../../environment/error-fields.js';
import { clock } from '../output/format.js';
import { printable, printableLines } from '../output/printable.js';
import type { Terminal } from '../output/terminal.js';

/** A log on stderr: one line of text per entry on a terminal, JSON lines otherwise. */
export function openLog(level: LogLevel, terminal: Terminal): Logger {
  // Written synchronously, without threads, so nothing is lost however the process ends.
  const options = { level, base: null, serializers: { err: errorFields } };
  if (!terminal.is_live) {
    const { fd } = terminal.stderr;
    return pino(options, fd === undefined ? terminal.stderr : destination({ fd, sync: true }));
  }
  const write = (line: string) => terminal.note(oneLine(JSON.parse(line), terminal, level));
  return pino(options, { write });
}

interface Entry {
  readonly level: number;
  readonly time: number;
  readonly msg?: string;
  readonly err?: { readonly message?: string; readonly stack?: string };
  readonly [field: string]: unknown;
}

function oneLine(entry: Entry, { colors }: Terminal, shown: LogLevel): string {
  const { level, time, msg = '', err, ...fields } = entry;
  const name = levels.labels[level] ?? String(level);
  const paint = level >= 50 ? colors.red : level >= 40 ? colors.yellow : colors.cyan;
  const rest = Object.entries(fields).map(
    ([field, value]) =>
      `${field}=${printable(typeof value === 'string' ? value : JSON.stringify(value))}`,
  );
  const isVerbose = shown === 'debug' || shown === 'trace';
  const fault = err === undefined ? '' : `: ${(isVerbose ? err.stack : err.message) ?? ''}`;
  const text = printableLines(`${msg}${fault}`);
  return [
    colors.dim(clock(new Date(time))),
    paint(name),
    text,
    ...(rest.length > 0 ? [colors.dim(rest.join(' '))] : []),
  ].join(' ');
}
