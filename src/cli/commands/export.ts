import type { Command } from 'commander';
import { exportLog } from '../actions/export-log.js';
import { openOutput } from '../actions/output-file.js';
import { createCommand, openContext } from '../command/command.js';
import { CommandFailedError } from '../command/command-error.js';
import { catchSignals, stoppingWords } from '../command/signals.js';
import { withStore } from '../command/with-tier.js';
import { repeatable } from '../options/repeatable-option.js';
import { duration, plural } from '../output/format.js';
import { printable } from '../output/printable.js';

interface ExportFlags {
  readonly session?: readonly string[];
  readonly run?: readonly string[];
  readonly from?: string;
  readonly to?: string;
}

/** `runfold export` */
export function exportCommand(): Command {
  return createCommand({
    name: 'export',
    details:
      'Writes the events of a project as they were sent, including corrections, for "runfold replay". It ' +
      'needs little memory for any size of log. Until the file is complete, its name is <file>.part.',
    examples: [
      'runfold export events.ndjson',
      'runfold export - | gzip > events.ndjson.gz',
      'runfold export s-1.ndjson --session s-1 --session s-2',
      'runfold export january.ndjson --from 2026-01-01T00:00:00Z --to 2026-02-01T00:00:00Z',
    ],
  })
    .argument('<file>', 'the file, or - for standard output')
    .addOption(repeatable('--session <id>', 'only events of this session'))
    .addOption(repeatable('--run <id>', 'only events of this run'))
    .option(
      '--from <time>',
      'only events that occurred at this time or later, RFC 3339 with a zone',
    )
    .option('--to <time>', 'only events that occurred before this time')
    .action(async (file: string, flags: ExportFlags, self: Command) => {
      const context = openContext(self, 'once');
      const { terminal, settings } = context;
      const isPiped = file === '-';
      const signals = catchSignals(context, stoppingWords);
      const started = performance.now();
      try {
        const events = await withStore(context, 'runfold export', async ({ database }) => {
          const output = await openOutput(file, context.io);
          try {
            const written = await exportLog(database, {
              options: {
                project: settings.project,
                session_ids: flags.session,
                run_ids: flags.run,
                from: flags.from,
                to: flags.to,
              },
              output,
              // If the events go to the terminal, a bar would be drawn between them.
              terminal: isPiped && context.io.stdout.isTTY ? undefined : terminal,
              signal: signals.signal,
            });
            await (written === undefined ? output.discard() : output.finish());
            return written;
          } catch (error) {
            await output.discard();
            throw error;
          }
        });
        if (events === undefined) {
          const left = isPiped ? 'the output is incomplete' : `${file} was not written`;
          throw new CommandFailedError(`Interrupted; ${left}.`);
        }
        const time = duration((performance.now() - started) / 1000);
        const text = printable(
          `${plural(events, 'event')} written to ${isPiped ? 'stdout' : file}`,
        );
        const { green, dim } = terminal.colors;
        if (isPiped) terminal.note(`${text} (${time})`);
        else terminal.line(`${green('✓')} ${text} ${dim(`(${time})`)}`);
      } finally {
        signals.release();
      }
    });
}
