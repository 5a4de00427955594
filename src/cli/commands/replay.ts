import type { Command } from 'commander';
import { createCommand, openContext } from '../command/command.js';
import { catchSignals } from '../command/signals.js';
import { readExportedLine } from '../input/event-lines.js';
import { ingestInput } from '../input/ingest-input.js';
import { faultsOption, readFaults } from '../options/faults-option.js';
import { reportIngest } from '../reports/ingest-summary.js';

interface ReplayFlags {
  readonly strict?: boolean;
  readonly faults: string;
  readonly json?: boolean;
}

/** `runfold replay` */
export function replayCommand(): Command {
  return createCommand({
    name: 'replay',
    details:
      'Events that the store already has count as duplicates and change nothing; the others are folded. ' +
      'Each line must have its own id and time. The command returns when every event is folded.',
    examples: [
      'runfold replay events.ndjson',
      'zcat events.ndjson.gz | runfold replay -',
      'runfold export - --dir old-store | runfold replay - --dir new-store',
    ],
  })
    .argument('<file>', 'the file, or - for standard input')
    .option('--strict', 'stop at the first line that is not a valid event')
    .addOption(faultsOption())
    .option('--json', 'print the summary as JSON')
    .action(async (file: string, flags: ReplayFlags, self: Command) => {
      const faults = readFaults(flags.faults);
      const context = openContext(self, 'once');
      const signals = catchSignals(context);
      try {
        const summary = await ingestInput(context, {
          file,
          readLine: readExportedLine,
          role: 'runfold replay',
          wait: true,
          isStrict: flags.strict === true,
          faults,
          signal: signals.signal,
        });
        context.io.exitCode = reportIngest(summary, context.terminal, flags.json === true);
      } finally {
        signals.release();
      }
    });
}
