import type { Command } from 'commander';
import { correctionFor } from '../../corrections/correction.js';
import { applyCorrection } from '../actions/apply-correction.js';
import { createCommand, openContext } from '../command/command.js';
import { UsageError } from '../command/command-error.js';
import { repeatable } from '../options/repeatable-option.js';
import { readFigures } from '../options/set-option.js';
import { correctionJson, describeCorrection } from '../reports/correction-report.js';

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
      'The log is never edited: an event with the differences is added, and every total follows. ' +
      'Takes tokens, time in seconds and cost in US dollars; total_tokens follows input_tokens and ' +
      'output_tokens unless it is set too. time_to_first_token and objects, such as ' +
      'prompt_tokens_details, stay as they were reported. Given again it changes nothing.',
    examples: [
      'runfold correct msg-1 --set input_tokens=123',
      'runfold correct msg-1 --session s-1 --set cost=0.01 --set time=1.5',
      'runfold correct msg-1 --set cost=0.01 --dry-run',
    ],
  })
    .argument('<event>', 'the id of the event')
    .addOption(repeatable('--set <metric=number>', 'the figure it should have'))
    .option('--session <id>', 'its session, where several have an event of this id')
    .option('--dry-run', 'show what would change, and write nothing')
    .option('--json', 'print what changes as JSON')
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
      if (flags.json) return terminal.json(correctionJson(correction, isDryRun));
      for (const line of describeCorrection(terminal, correction, isDryRun)) terminal.line(line);
    });
}
