import type { Command } from 'commander';
import type { BudgetCheckOptions } from '../../budgets/asked-check.js';
import { InvalidBudgetError } from '../../budgets/budget-errors.js';
import { createBudgetGate } from '../../budgets/budget-gate.js';
import { createCommand, openContext } from '../command/command.js';
import { exitCodes, UsageError } from '../command/command-error.js';
import { withTier } from '../command/with-tier.js';
import { reportCheck } from './budget-report.js';

/** An invalid budget is a usage error. */
export const asUsage = (error: unknown): never => {
  throw error instanceof InvalidBudgetError ? new UsageError(error.message) : error;
};
/** A string that is not a number becomes NaN, and the check of its field reports it. */
export const numberOf = (text: string | undefined) =>
  text === undefined ? undefined : text.trim() === '' ? Number.NaN : Number(text);

type Who = 'user' | 'agent' | 'team' | 'session' | 'run' | 'model' | 'provider';
type CheckFlags = { readonly [W in Who]?: string } & {
  readonly cost?: string;
  readonly tokens?: string;
  readonly holdSeconds?: string;
  readonly json?: boolean;
};
const whose: readonly Who[] = ['user', 'agent', 'team', 'session', 'run', 'model', 'provider'];

/** `runfold budgets check` */
export function checkCommand(): Command {
  const command = createCommand({
    name: 'check',
    summary: 'Ask whether budgets allow something to be done',
    details: 'Ends with 1 where one refuses it.',
    examples: [
      'runfold budgets check --agent writer --cost 0.02',
      'runfold budgets check --user ann --tokens 5000 --hold-seconds 60 --json',
    ],
  });
  for (const who of whose) command.option(`--${who} <name>`, `the ${who}`);
  return command
    .option('--cost <dollars>', 'what it is expected to cost')
    .option('--tokens <number>', 'the tokens it is expected to use')
    .option('--hold-seconds <seconds>', 'hold as much for so long')
    .option('--json', 'print the answer as JSON')
    .action(async (flags: CheckFlags, self: Command) => {
      const context = openContext(self, 'once');
      const { terminal, settings } = context;
      const options: BudgetCheckOptions = {
        ...Object.fromEntries(
          whose.flatMap((who) => {
            const field = who === 'model' || who === 'provider' ? who : `${who}_id`;
            return flags[who] === undefined ? [] : [[field, flags[who]]];
          }),
        ),
        estimate: { cost: numberOf(flags.cost), tokens: numberOf(flags.tokens) },
        hold_seconds: numberOf(flags.holdSeconds),
      };
      const answer = await withTier(context, 'runfold budgets check', ({ database }) =>
        createBudgetGate(database).check(options, settings.project).catch(asUsage),
      );
      if (flags.json) terminal.json(answer);
      else reportCheck(terminal, answer);
      if (!answer.allowed) context.io.exitCode = exitCodes.failed;
    });
}
