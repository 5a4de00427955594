import { type Command, Option } from 'commander';
import { createCommand, openContext } from '../command/command.js';
import { catchSignals } from '../command/signals.js';
import { type LineFormat, lineFormats, openLineReader } from '../input/event-lines.js';
import { ingestInput } from '../input/ingest-input.js';
import { faultsOption, readFaults } from '../options/faults-option.js';
import { reportIngest } from '../reports/ingest-summary.js';

interface IngestFlags {
  readonly format: LineFormat;
  readonly user?: string;
  readonly wait?: boolean;
  readonly strict?: boolean;
  readonly faults: string;
  readonly json?: boolean;
}

/** `runfold ingest` */
export function ingestCommand(): Command {
  return createCommand({
    name: 'ingest',
    summary: 'Send a file of events, one JSON object a line',
    details:
      'A line that is no valid event is reported and skipped; the others go in, and the exit code ' +
      'is 1. An event without an id gets one made from its line, so sending a file twice changes ' +
      'nothing. Any size of file is read in little memory.',
    examples: [
      'runfold ingest events.ndjson',
      'zcat events.ndjson.gz | runfold ingest -',
      'runfold ingest runs.ndjson --format agno --user user-1',
      'runfold ingest events.ndjson --wait --json',
    ],
  })
    .argument('<file>', 'the file, or - for standard input')
    .addOption(
      new Option(
        '--format <format>',
        'what a line is: a Runfold event, or an Agno run as RunResponse.to_dict() gives it',
      )
        .choices(lineFormats)
        .default('runfold'),
    )
    .option('--user <id>', 'whom events are for that do not say so themselves')
    .option('--wait', 'return when every event is folded (the default on an embedded store)')
    .option('--no-wait', 'return when the queue has every event')
    .option('--strict', 'stop at the first line that is no valid event')
    .addOption(faultsOption())
    .option('--json', 'print the summary as JSON')
    .action(async (file: string, flags: IngestFlags, command: Command) => {
      const faults = readFaults(flags.faults);
      const context = openContext(command, 'once');
      const signals = catchSignals(context.terminal);
      try {
        const summary = await ingestInput(context, {
          file,
          readLine: openLineReader(flags.format, flags.user),
          role: 'runfold ingest',
          wait: flags.wait,
          isStrict: flags.strict === true,
          faults,
          signal: signals.signal,
        });
        process.exitCode = reportIngest(summary, context.terminal, flags.json === true);
      } finally {
        signals.release();
      }
    });
}
