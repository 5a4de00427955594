import type { LogSummary } from '../../logs/log-summary.js';
import type { UnpricedMessages } from '../../query/unpriced-since.js';
import { exitCodes } from '../command/command-error.js';
import { count, duration, plural } from '../output/format.js';
import { printable } from '../output/printable.js';
import type { Terminal } from '../output/terminal.js';
import { unpricedLines } from '../reports/ingest-summary.js';

/** What was read, and which messages have no price; null if unknown. */
type Summary = LogSummary & { readonly unpriced: readonly UnpricedMessages[] | null };

/** Writes the summary of the logs; returns the exit code. */
export function reportLogs(summary: Summary, terminal: Terminal, asJson: boolean): number {
  const isGood = summary.invalid_lines === 0 && summary.files_failed === 0 && !summary.interrupted;
  if (asJson) terminal.json(summary);
  else for (const line of describeLogs(summary, terminal, isGood)) terminal.line(line);
  return isGood ? exitCodes.ok : exitCodes.failed;
}

/** The maximum number of sessions that are named. */
const mostNamed = 5;

function namesOf(sessions: readonly string[]): string {
  const named = sessions.slice(0, mostNamed).map(printable).join(', ');
  return sessions.length <= mostNamed ? named : `${named} and others`;
}

function describeLogs(summary: Summary, { colors }: Terminal, isGood: boolean): string[] {
  const { bold, green, red, dim } = colors;
  const size =
    summary.bytes < 1e6 ? `${count(summary.bytes / 1e3)} KB` : `${count(summary.bytes / 1e6)} MB`;
  const found = `${count(summary.messages)} ${summary.messages === 1 ? 'message' : 'messages'}`;
  const name = summary.formats.length === 0 ? 'logs' : summary.formats.join(', ');
  const more = (number: number, text: string) => (number === 0 ? [] : [text]);
  const verb = summary.dry_run ? ' would be sent' : '';
  const days = summary.first_message?.slice(0, 10);
  const notes = [
    ...more(
      summary.copies,
      `${plural(summary.copies, 'copy').replace('copys', 'copies')} of history left out`,
    ),
    ...more(
      summary.corrections,
      `${plural(summary.corrections, 'message')} grew after being counted, and ${summary.corrections === 1 ? 'was' : 'were'} corrected`,
    ),
    ...more(
      summary.partial,
      `${plural(summary.partial, 'message')} never finished by the client, counted as far as written`,
    ),
    ...more(
      summary.told_elsewhere.length,
      `${plural(summary.told_elsewhere.length, 'session')} left out: reported over OTLP already (${namesOf(summary.told_elsewhere)})`,
    ),
    ...more(
      summary.files_busy,
      `${plural(summary.files_busy, 'file')} left to another process that is reading`,
    ),
    ...(days === undefined
      ? []
      : [`first message ${days}, last ${summary.last_message?.slice(0, 10)}`]),
  ];
  return [
    `${isGood ? green('✓') : red('✗')} ${name}: ${plural(summary.files_read, 'file')}, ${size}: ${bold(found)}, ${plural(summary.tool_calls, 'tool call')} in ${plural(summary.sessions, 'session')}${verb} ${dim(`(${duration(summary.seconds)})`)}`,
    ...notes.map((note) => `  ${dim(note)}`),
    ...unpricedLines(summary.unpriced ?? [], colors).map((line) => `  ${line}`),
    ...more(
      summary.files_failed,
      red(`  ${plural(summary.files_failed, 'file')} could not be read: see above`),
    ),
    ...more(
      summary.invalid_lines,
      red(`  ${plural(summary.invalid_lines, 'line')} refused: see above`),
    ),
    ...(summary.interrupted ? [red('  Interrupted; run it again to read the rest.')] : []),
  ];
}
