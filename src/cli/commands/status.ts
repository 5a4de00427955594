import type { Command } from 'commander';
import { readBuildVersion } from '../../environment/package-files.js';
import { readStatus } from '../../operations/status/status.js';
import { createCommand, openContext } from '../command/command.js';
import { exitCodes } from '../command/command-error.js';
import { withTier } from '../command/with-tier.js';
import { countEmbeddedWorkers } from '../operations/embedded-folder.js';
import { describeStatus } from '../operations/status-report.js';

/** `runfold status` */
export function statusCommand(): Command {
  return createCommand({
    name: 'status',
    details:
      'It also works while a server is unavailable, and names that server. It exits with 0 if nothing is ' +
      'wrong, and with 1 if a server is unavailable, tables are missing, jobs wait without a worker, jobs ' +
      'have failed, or totals are stale or differ from the log.',
    examples: ['runfold status', 'runfold status --json', 'runfold status --project 2'],
  })
    .option('--json', 'print the status as JSON')
    .action(async (flags: { json?: boolean }, self: Command) => {
      const context = openContext(self, 'once');
      const { terminal, settings } = context;
      const version = readBuildVersion();
      const status = await withTier(
        context,
        'runfold status',
        async (tier) =>
          readStatus({
            tier: tier.name,
            place: tier.place,
            database: tier.database,
            queue: tier.queue,
            project: settings.project,
            workers:
              tier.name === 'embedded'
                ? await countEmbeddedWorkers(settings.dir, tier.is_owner)
                : undefined,
          }),
        { any_version: true },
      );
      context.io.exitCode = status.healthy ? exitCodes.ok : exitCodes.failed;
      if (flags.json) return terminal.json({ version, ...status });
      for (const line of describeStatus(terminal, version, status)) terminal.line(line);
    });
}
