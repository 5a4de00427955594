import type { Command } from 'commander';
import type { Projection } from '../../projections/language/projection.js';
import { projections as allProjections } from '../../projections/projections.js';
import { rebuildTotals } from '../actions/rebuild-totals.js';
import { createCommand, openContext } from '../command/command.js';
import { UsageError } from '../command/command-error.js';
import { catchSignals, stoppingWords } from '../command/signals.js';
import { withStore } from '../command/with-tier.js';
import { readInteger } from '../options/number-option.js';
import { repeatable } from '../options/repeatable-option.js';
import { describeRebuild } from '../reports/describe-rebuild.js';

interface RebuildFlags {
  readonly projection?: readonly string[];
  readonly lanes: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** `runfold rebuild` */
export function rebuildCommand(): Command {
  return createCommand({
    name: 'rebuild',
    details:
      'Ingest and reads continue while it runs: readers see either the old totals or the new. If it is ' +
      'interrupted or killed, the totals stay as they were, and you can start it again.',
    examples: [
      'runfold rebuild',
      'runfold rebuild --dry-run',
      'runfold rebuild --projection run --projection session --lanes 4',
    ],
  })
    .addOption(repeatable('--projection <name>', 'rebuild only these totals'))
    .option('--lanes <number>', 'how many connections fold at the same time, 1 to 32', '2')
    .option('--dry-run', 'build and compare without changing anything')
    .option('--json', 'print the report as JSON')
    .action(async (flags: RebuildFlags, self: Command) => {
      const projections = readProjections(flags.projection);
      const lanes = readLanes(flags.lanes);
      const context = openContext(self, 'once');
      const { terminal } = context;
      const signals = catchSignals(context, stoppingWords);
      try {
        const report = await withStore(
          context,
          'runfold rebuild',
          async ({ database }) => {
            return rebuildTotals(database, terminal, {
              projections,
              lanes,
              dry_run: flags.dryRun,
              signal: signals.signal,
            });
          },
          { connections: lanes + 2 },
        );
        if (flags.json) return terminal.json(report);
        for (const line of describeRebuild(terminal, report)) terminal.line(line);
      } finally {
        signals.release();
      }
    });
}

function readProjections(names: readonly string[] | undefined): readonly Projection[] | undefined {
  return names?.map((name) => {
    const found = allProjections.find((projection) => projection.name === name);
    if (found !== undefined) return found;
    const known = allProjections.map((projection) => projection.name).join(', ');
    throw new UsageError(`--projection: expected one of ${known}, got ${JSON.stringify(name)}.`);
  });
}

function readLanes(text: string): number {
  return readInteger('--lanes', text, { most: 32 });
}
