import type { Command } from 'commander';
import { voidingFor } from '../../corrections/correction.js';
import { reportCorrection } from '../../corrections/fold-correction.js';
import { applyCorrection } from '../actions/apply-correction.js';
import { createCommand, openContext } from '../command/command.js';
import { describeCorrection } from '../reports/correction-report.js';

interface VoidFlags {
  readonly session?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** `runfold void` */
export function voidCommand(): Command {
  return createCommand({
    name: 'void',
    details:
      'The log is never edited: an added event sets its tokens, time and cost to 0. The event still ' +
      'counts as a message, call or run. Its time_to_first_token and objects, such as ' +
      'prompt_tokens_details, stay as reported.',
    examples: ['runfold void msg-1', 'runfold void msg-1 --session s-1 --dry-run'],
  })
    .argument('<event>', 'the id of the event')
    .option('--session <id>', 'its session, if several sessions have an event with this id')
    .option('--dry-run', 'show what would change without writing it')
    .option('--json', 'print the changes as JSON')
    .action(async (id: string, flags: VoidFlags, self: Command) => {
      const context = openContext(self, 'once');
      const { terminal, settings } = context;
      const isDryRun = flags.dryRun === true;
      const options = { id, session_id: flags.session, project: settings.project };
      const correction = await applyCorrection(
        context,
        (database) => voidingFor(database, options),
        { role: 'runfold void', isDryRun },
      );
      if (flags.json) return terminal.json(reportCorrection(correction, !isDryRun));
      for (const line of describeCorrection(terminal, correction, isDryRun)) terminal.line(line);
    });
}
