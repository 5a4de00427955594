import type { Command } from 'commander';
import { verify } from '../../projections/audit/verify.js';
import { checkMigrated } from '../../store/migrate.js';
import { createCommand, openContext } from '../command/command.js';
import { exitCodes, UsageError } from '../command/command-error.js';
import { withStore } from '../command/with-tier.js';
import { describeAudit } from '../reports/audit-report.js';

interface VerifyFlags {
  readonly sample?: string;
  readonly json?: boolean;
}

/** `runfold verify` */
export function verifyCommand(): Command {
  return createCommand({
    name: 'verify',
    details:
      'Folds the log and compares it with the totals, in one snapshot, while ingest continues. It exits with ' +
      '0 if all are equal. If not, it prints the differences and exits with 1.',
    examples: ['runfold verify', 'runfold verify --sample 100', 'runfold verify --json'],
  })
    .option(
      '--sample <sessions>',
      'compare only this number of random sessions, and the grand totals',
    )
    .option('--json', 'print the audit as JSON')
    .action(async (flags: VerifyFlags, self: Command) => {
      const sample = readSample(flags.sample);
      const context = openContext(self, 'once');
      const { terminal } = context;
      const { audit, seconds } = await withStore(
        context,
        'runfold verify',
        async ({ database }) => {
          await checkMigrated(database);
          const started = performance.now();
          const found = await verify(database, { sample });
          return { audit: found, seconds: (performance.now() - started) / 1000 };
        },
      );
      context.io.exitCode = audit.equal ? exitCodes.ok : exitCodes.failed;
      if (flags.json) return terminal.json(audit);
      for (const line of describeAudit(terminal, audit, seconds)) terminal.line(line);
    });
}

function readSample(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const sample = Number(text);
  if (/^\d{1,6}$/.test(text) && sample >= 1) return sample;
  throw new UsageError('--sample: expected an integer from 1 to 999999.');
}
