import type { Command } from 'commander';
import { correctionFor } from '../../corrections/correction.js';
import { reportCorrection } from '../../corrections/fold-correction.js';
import { applyCorrection } from '../actions/apply-correction.js';
import { createCommand, openContext } from '../command/command.js';
import { UsageError } from '../command/command-error.js';
import { repeatable } from '../options/repeatable-option.js';
import { readFigures } from '../options/set-option.js';
import { describeCorrection } from '../reports/correction-report.js';

interface CorrectFlags {
  readonly set?: readonly string[];
  readonly session?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** `runfold correct` */
export function correctCommand(): Command {
  return createCommand({
    name: 'correct',
    details:
      'The log is never edited: an event with the differences is added, and all totals include it. ' +
      'You can set tokens, time in seconds and cost in US dollars; total_tokens changes with ' +
      'input_tokens and output_tokens unless you set it too. time_to_first_token and objects, such as ' +
      'prompt_tokens_details, stay as reported. A second correction with the same figures changes nothing.',
    examples: [
      'runfold correct msg-1 --set input_tokens=123',
      'runfold correct msg-1 --session s-1 --set cost=0.01 --set time=1.5',
      'runfold correct msg-1 --set cost=0.01 --dry-run',
    ],
  })
    .argument('<event>', 'the id of the event')
    .addOption(repeatable('--set <metric=number>', 'the correct figure'))
    .option('--session <id>', 'its session, if several sessions have an event with this id')
    .option('--dry-run', 'show what would change without writing it')
    .option('--json', 'print the changes as JSON')
    .action(async (id: string, flags: CorrectFlags, self: Command) => {
      if (flags.set === undefined) {
        throw new UsageError('Expected --set <metric>=<number>, such as --set input_tokens=123.');
      }
      const figures = readFigures(flags.set);
      const context = openContext(self, 'once');
      const { terminal, settings } = context;
      const isDryRun = flags.dryRun === true;
      const options = { id, session_id: flags.session, project: settings.project };
      const correction = await applyCorrection(
        context,
        (database) => correctionFor(database, options, figures),
        { role: 'runfold correct', isDryRun },
      );
      if (flags.json) return terminal.json(reportCorrection(correction, !isDryRun));
      for (const line of describeCorrection(terminal, correction, isDryRun)) terminal.line(line);
    });
}
