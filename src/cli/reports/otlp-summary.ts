import { exitCodes } from '../command/command-error.js';
import { count, duration, plural } from '../output/format.js';
import type { Terminal } from '../output/terminal.js';

/** What came of an input of OpenTelemetry. */
export interface OtlpSummary {
  /** Export requests. */
  readonly requests: number;
  /** Of them, those that could not be read. */
  readonly invalid_requests: number;
  /** Spans the queue has. */
  readonly spans: number;
  /** Log records that became events, which the queue has. */
  readonly log_records: number;
  /** Spans and records of which nothing is taken, as others tell the same. */
  readonly ignored: number;
  /** Spans and records that were not valid. */
  readonly invalid_items: number;
  /** Points of metrics, which are not stored. */
  readonly metric_points: number;
  /** Whether all is folded, and nothing of it waits any more. */
  readonly folded: boolean;
  readonly interrupted: boolean;
  readonly seconds: number;
}

/** Writes the summary; answers the exit code. */
export function reportOtlp(summary: OtlpSummary, terminal: Terminal, asJson: boolean): number {
  const isGood =
    summary.invalid_requests === 0 && summary.invalid_items === 0 && !summary.interrupted;
  if (asJson) terminal.json(summary);
  else for (const line of describeOtlp(summary, terminal, isGood)) terminal.line(line);
  return isGood ? exitCodes.ok : exitCodes.failed;
}

function describeOtlp(summary: OtlpSummary, { colors }: Terminal, isGood: boolean): string[] {
  const { bold, green, red, dim } = colors;
  const more = (number: number, text: string) => (number === 0 ? [] : [text]);
  const what = `${bold(plural(summary.spans, 'span'))} and ${bold(plural(summary.log_records, 'log record'))}`;
  const where = summary.folded ? 'folded' : 'on the queue, for a worker to fold';
  return [
    `${isGood ? green('✓') : red('✗')} ${what} in ${plural(summary.requests, 'request')}: ${where} ${dim(`(${duration(summary.seconds)})`)}`,
    ...more(
      summary.ignored,
      dim(
        `  ${count(summary.ignored)} left out: others tell the same, or nothing is known of them`,
      ),
    ),
    ...more(
      summary.metric_points,
      dim(`  ${plural(summary.metric_points, 'point')} of metrics left out: they are not stored`),
    ),
    ...more(
      summary.invalid_requests,
      red(`  ${plural(summary.invalid_requests, 'request')} could not be read: see above`),
    ),
    ...more(
      summary.invalid_items,
      red(`  ${plural(summary.invalid_items, 'item')} refused: see above`),
    ),
    ...(summary.interrupted
      ? [red('  Interrupted; run it again, what is there stays as it is.')]
      : []),
  ];
}
