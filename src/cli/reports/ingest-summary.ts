import type { UnpricedMessages } from '../../query/unpriced-since.js';
import { exitCodes } from '../command/command-error.js';
import { count, duration, plural } from '../output/format.js';
import { printable } from '../output/printable.js';
import type { Terminal } from '../output/terminal.js';

/** The outcome of an input. */
export interface IngestSummary {
  /** Lines that are not empty. */
  readonly lines: number;
  /** Lines without a valid event. */
  readonly invalid_lines: number;
  readonly events: number;
  /** Events that the queue acknowledged. */
  readonly sent: number;
  /** Whether every event sent is folded. */
  readonly folded: boolean;
  /** Events that were new, that were in the log already, and that the worker refused; null if unknown. */
  readonly applied: number | null;
  readonly duplicates: number | null;
  readonly rejected: number | null;
  /**
   * If other workers folded part of the input: the events of the project that were rejected in this time, from this
   * input or another. Else null.
   */
  readonly rejected_meanwhile: number | null;
  /** Messages that were added in this time and have no price, by model; null if unknown. */
  readonly unpriced: readonly UnpricedMessages[] | null;
  readonly interrupted: boolean;
  readonly seconds: number;
  readonly events_per_second: number;
}

/** Writes the summary; returns the exit code. */
export function reportIngest(summary: IngestSummary, terminal: Terminal, asJson: boolean): number {
  if (asJson) terminal.json(summary);
  else for (const line of describeIngest(summary, terminal)) terminal.line(line);
  return isGood(summary) ? exitCodes.ok : exitCodes.failed;
}

function isGood(summary: IngestSummary): boolean {
  const rejected = summary.rejected ?? summary.rejected_meanwhile ?? 0;
  return summary.invalid_lines === 0 && rejected === 0 && !summary.interrupted;
}

/** The summary for people. */
function describeIngest(summary: IngestSummary, { colors }: Terminal): string[] {
  const { bold, green, red, dim } = colors;
  const { applied, duplicates, rejected, rejected_meanwhile: meanwhile } = summary;
  const outcome =
    applied === null
      ? summary.folded
        ? dim('all folded, by this and other workers')
        : dim('on the queue, for a worker to fold')
      : `${bold(count(applied))} applied, ${count(duplicates)} duplicate, ${count(rejected)} rejected`;
  const pace = `${duration(summary.seconds)}, ${count(summary.events_per_second)} events/s`;
  const faults =
    summary.invalid_lines === 0
      ? []
      : [red(`✗ ${plural(summary.invalid_lines, 'line')} without a valid event skipped.`)];
  const end = summary.interrupted
    ? [red('✗ Interrupted; send it again, which changes nothing that is stored already.')]
    : [];
  return [
    `${isGood(summary) ? green('✓') : red('✗')} ${plural(summary.events, 'event')} read, ${count(summary.sent)} sent: ${outcome} ${dim(`(${pace})`)}`,
    ...faults,
    ...end,
    ...unpricedLines(summary.unpriced ?? [], colors),
    ...(meanwhile
      ? [red(`✗ ${plural(meanwhile, 'event')} rejected in this time, from this input or another.`)]
      : []),
    ...(rejected || meanwhile
      ? [`See the rejected events with ${bold('runfold rejects list')}.`]
      : []),
  ];
}

/** The maximum number of models that are named. */
const mostModels = 5;

/** Says which messages are missing from the costs. */
export function unpricedLines(
  unpriced: readonly UnpricedMessages[],
  { yellow }: Terminal['colors'],
): string[] {
  if (unpriced.length === 0) return [];
  const messages = unpriced.reduce((sum, row) => sum + row.messages, 0);
  const named = unpriced
    .slice(0, mostModels)
    .map(({ model, messages: number }) => `${count(number)} of ${model ?? 'no model'}`);
  const others = unpriced.length > mostModels ? ', and more' : '';
  const wrong = unpriced.reduce((sum, row) => sum + row.contradictory, 0);
  return [
    yellow(
      printable(
        `${plural(messages, 'message')} without a price, missing from the cost: ${named.join(', ')}${others}. See "runfold prices set --help".`,
      ),
    ),
    ...(wrong === 0
      ? []
      : [
          yellow(
            `${count(wrong)} of them ${wrong === 1 ? 'has' : 'have'} more cached tokens than input tokens: input_tokens must include those read from and written to a cache. See docs/usage-mapping.md.`,
          ),
        ]),
  ];
}
