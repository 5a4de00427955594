import { type Command, Option } from 'commander';
import { createCommand, openContext } from '../command/command.js';
import { UsageError } from '../command/command-error.js';
import { catchSignals } from '../command/signals.js';
import { type LineFormat, lineFormats, openLineReader } from '../input/event-lines.js';
import { ingestInput } from '../input/ingest-input.js';
import { ingestOtlp } from '../input/ingest-otlp.js';
import { ingestLogFiles } from '../logs/ingest-log-files.js';
import { logFormatNames, logPlaces } from '../logs/log-places.js';
import { reportLogs } from '../logs/log-report.js';
import { openSpool } from '../logs/spool-input.js';
import { faultsOption, readFaults } from '../options/faults-option.js';
import { readSince } from '../options/range-options.js';
import { reportIngest } from '../reports/ingest-summary.js';
import { reportOtlp } from '../reports/otlp-summary.js';

interface IngestFlags {
  readonly format: string;
  readonly since?: string;
  readonly cost: 'auto' | 'priced';
  readonly dryRun?: boolean;
  readonly again?: boolean;
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
    details:
      'An invalid line is reported and skipped; the other lines are sent, and the exit code is 1. ' +
      'Reading a file twice changes nothing: an event without an id gets one made from its line, ' +
      'and for logs the store remembers how far they were read. With the format of a log, the path is ' +
      'optional and may be a folder. Files of any size need little memory.',
    examples: [
      'runfold ingest --format claude-code',
      'runfold ingest events.ndjson',
      'zcat events.ndjson.gz | runfold ingest -',
      'runfold ingest --format agents --since 30d --dry-run',
      'runfold ingest runs.ndjson --format agno --user user-1',
      'runfold ingest traces.jsonl --format otlp',
      'runfold ingest events.ndjson --wait --json',
    ],
  })
    .argument('[path...]', 'a file, or - for standard input; for logs, files and folders')
    .addOption(
      new Option(
        '--format <format>',
        'what a line is: a Runfold event, an Agno run as to_dict() returns it, an OTLP request as the ' +
          'file exporter of the OpenTelemetry Collector writes it (protobuf too), or a kind of log',
      )
        .choices([...lineFormats, 'otlp', ...logFormatNames])
        .default('runfold'),
    )
    .option('--user <id>', 'the user of events that do not name one')
    .option(
      '--since <time>',
      'for logs: skip files that have not changed since then, such as 30d or a time',
    )
    .addOption(
      new Option(
        '--cost <which>',
        'for logs: use reported costs (auto), or price every message (priced)',
      )
        .choices(['auto', 'priced'])
        .default('auto'),
    )
    .option('--dry-run', 'for logs: read and count without sending')
    .option(
      '--again',
      'for logs: read files from their beginning; events in the store do not change',
    )
    .option('--wait', 'return when every event is folded (the default on an embedded store)')
    .option('--no-wait', 'return when every event is on the queue')
    .option('--strict', 'stop at the first line that is not a valid event')
    .addOption(faultsOption())
    .option('--json', 'print the summary as JSON')
    .action(async (paths: readonly string[], flags: IngestFlags, command: Command) => {
      const faults = readFaults(flags.faults);
      const isOtlp = flags.format === 'otlp';
      const isLines = isOtlp || lineFormats.includes(flags.format as LineFormat);
      const [file, ...others] = paths;
      if (isLines && (file === undefined || others.length > 0)) {
        throw new UsageError(
          `--format ${flags.format}: expected one file, or - for standard input.`,
        );
      }
      if (isOtlp && flags.user !== undefined) {
        throw new UsageError('--user: not allowed with --format otlp; spans name their own user.');
      }
      const since = flags.since === undefined ? undefined : readSince(flags.since);
      const context = openContext(command, 'once');
      const signals = catchSignals(context);
      const spool = isLines ? undefined : await openSpool(context.io, paths, signals.signal);
      const asJson = flags.json === true;
      try {
        if (!isLines) {
          const places = logPlaces(context.io, spool?.paths ?? paths, flags.format);
          const summary = await ingestLogFiles(
            context,
            places,
            {
              spooled: spool?.file,
              format: flags.format,
              user: flags.user,
              priced: flags.cost === 'priced',
              isDryRun: flags.dryRun === true,
              isAgain: flags.again === true,
              isStrict: flags.strict === true,
              wait: flags.wait,
              since,
              faults,
            },
            signals.signal,
          );
          context.io.exitCode = reportLogs(summary, context.terminal, asJson);
          return;
        }
        const options = {
          file: file ?? '-',
          role: 'runfold ingest',
          wait: flags.wait,
          isStrict: flags.strict === true,
          faults,
          signal: signals.signal,
        };
        if (isOtlp) {
          const summary = await ingestOtlp(context, options);
          context.io.exitCode = reportOtlp(summary, context.terminal, asJson);
          return;
        }
        const readLine = openLineReader(flags.format as LineFormat, flags.user);
        const summary = await ingestInput(context, { ...options, readLine });
        context.io.exitCode = reportIngest(summary, context.terminal, asJson);
      } finally {
        await spool?.remove();
        signals.release();
      }
    });
}
