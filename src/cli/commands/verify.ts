import type { Command } from 'commander';
import { recordAudit } from '../../projections/audit/record-audit.js';
import { verify } from '../../projections/audit/verify.js';
import { listProjects } from '../../query/list-projects.js';
import { createCommand, openContext } from '../command/command.js';
import { exitCodes } from '../command/command-error.js';
import { withStore } from '../command/with-tier.js';
import { readInteger } from '../options/number-option.js';
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
      '0 if all are equal. If not, it prints the differences and exits with 1. "runfold status" and the page show ' +
      'the result as the last audit.',
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
      const { terminal, settings } = context;
      const { audit, seconds } = await withStore(
        context,
        'runfold verify',
        async ({ database }) => {
          const started_at = new Date();
          const started = performance.now();
          const found = await verify(database, { sample });
          const seconds = (performance.now() - started) / 1000;
          const projects = (await listProjects(database)).map(({ id }) => id);
          const about = { projects: [settings.project, ...projects], sample, started_at, seconds };
          const unrecorded = await recordAudit(database, found, about);
          if (unrecorded !== undefined) terminal.note(unrecordedText[unrecorded]);
          return { audit: found, seconds };
        },
      );
      context.io.exitCode = audit.equal ? exitCodes.ok : exitCodes.failed;
      if (flags.json) return terminal.json(audit);
      for (const line of describeAudit(terminal, audit, seconds)) terminal.line(line);
    });
}

const unrecordedText = {
  read_only: '"runfold status" will not show this audit, because the database is read-only.',
  no_right:
    '"runfold status" will not show this audit, because the database user may not record it. A user with the rights of a service may; "runfold migrate --grants" prints them.',
};

function readSample(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  return readInteger('--sample', text, { most: 999_999 });
}
