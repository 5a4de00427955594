import type { Command } from 'commander';
import { readBuildVersion } from '../../environment/package-files.js';
import { diagnose } from '../../operations/doctor/doctor.js';
import { createCommand, openContext } from '../command/command.js';
import { exitCodes } from '../command/command-error.js';
import { withTier } from '../command/with-tier.js';
import { describeDiagnosis } from '../operations/doctor-report.js';

/** `runfold doctor` */
export function doctorCommand(): Command {
  return createCommand({
    name: 'doctor',
    details:
      'Each finding says what was found, why it matters, and the line that changes it. The command itself ' +
      'changes nothing. It exits with 1 if there is a problem, and with 0 if there is none or only advice.',
    examples: ['runfold doctor', 'runfold doctor --json'],
  })
    .option('--json', 'print every check as JSON')
    .action(async (flags: { json?: boolean }, self: Command) => {
      const context = openContext(self, 'once');
      const { terminal, settings } = context;
      const version = readBuildVersion();
      const { tier, place, ...found } = await withTier(
        context,
        'runfold doctor',
        async (tier) => ({
          tier: tier.name,
          place: tier.place,
          ...(await diagnose({
            tier: tier.name,
            version,
            database: tier.database,
            queue: tier.queue,
            dir: settings.dir,
          })),
        }),
        { any_version: true },
      );
      context.io.exitCode = found.healthy ? exitCodes.ok : exitCodes.failed;
      if (flags.json) return terminal.json({ version, tier, place, ...found });
      for (const line of describeDiagnosis(terminal, { tier, place, ...found }))
        terminal.line(line);
    });
}
