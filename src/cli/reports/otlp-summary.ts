import { exitCodes } from '../command/command-error.js';
import { count, duration, plural } from '../output/format.js';
import type { Terminal } from '../output/terminal.js';

/** The outcome of an input of OpenTelemetry. */
export interface OtlpSummary {
  /** Export requests. */
  readonly requests: number;
  /** Requests that could not be read. */
  readonly invalid_requests: number;
  /** Spans that the queue acknowledged. */
  readonly spans: number;
  /** Log records that became events and that the queue acknowledged. */
  readonly log_records: number;
  /** Spans and records that were ignored, because others report the same or they are of an unknown kind. */
  readonly ignored: number;
  /** Spans and records that were not valid. */
  readonly invalid_items: number;
  /** Points of metrics; these are not stored. */
  readonly metric_points: number;
  /** Whether everything is folded and no span is waiting. */
  readonly folded: boolean;
  readonly interrupted: boolean;
  readonly seconds: number;
}

/** Writes the summary; returns the exit code. */
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
      dim(`  ${count(summary.ignored)} left out: others report the same, or their kind is unknown`),
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
      ? [red('  Interrupted; run it again, which changes nothing that is stored already.')]
      : []),
  ];
}
