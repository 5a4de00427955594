import { type Command, Option } from 'commander';
import type { BudgetCheckOptions } from '../../budgets/asked-check.js';
import { createBudgetGate } from '../../budgets/budget-gate.js';
import { releaseHold } from '../../budgets/check-budget.js';
import { createCommand, openContext } from '../command/command.js';
import { exitCodes, UsageError } from '../command/command-error.js';
import { withTier } from '../command/with-tier.js';
import { type LabelFlags, parseLabel } from '../options/label-option.js';
import { readNumber } from '../options/number-option.js';
import { repeatable } from '../options/repeatable-option.js';
import { reportCheck } from './budget-report.js';

type Who = 'user' | 'agent' | 'team' | 'session' | 'run' | 'model' | 'provider';
type CheckFlags = LabelFlags & { readonly [W in Who]?: string } & {
  readonly cost?: string;
  readonly tokens?: string;
  readonly inputTokens?: string;
  readonly outputTokens?: string;
  readonly holdSeconds?: string;
  readonly whenUnreachable?: 'allow' | 'refuse';
  readonly json?: boolean;
};
/** The labels of a check. It is about one thing, which has one value of each label. */
function oneOfEach({ label = [] }: LabelFlags): Record<string, string> {
  const labels = new Map<string, string>();
  for (const [name, value] of label.map(parseLabel)) {
    if (labels.has(name)) throw new UsageError(`--label: expected one value of ${name}, got more.`);
    labels.set(name, value);
  }
  return Object.fromEntries(labels);
}

const given = (flag: string, text: string | undefined) =>
  text === undefined ? undefined : readNumber(flag, text);

const whose: readonly Who[] = ['user', 'agent', 'team', 'session', 'run', 'model', 'provider'];

/** `runfold budgets check` */
export function checkCommand(): Command {
  const command = createCommand({
    name: 'check',
    summary: 'Check whether budgets allow something',
    details: 'Exits with 1 if a budget refuses.',
    examples: [
      'runfold budgets check --agent writer --cost 0.02',
      'runfold budgets check --user ann --tokens 5000 --hold-seconds 60 --json',
      'runfold budgets check --label customer=acme --model gpt-5 --input-tokens 900 --output-tokens 90',
    ],
  });
  for (const who of whose) command.option(`--${who} <name>`, `the ${who}`);
  return command
    .addOption(repeatable('--label <name=value>', 'a label that the events will have'))
    .option('--cost <dollars>', 'the expected cost, in US dollars')
    .option('--tokens <number>', 'the expected tokens')
    .option('--input-tokens <number>', 'the expected input tokens; with --model they give the cost')
    .option('--output-tokens <number>', 'the expected output tokens')
    .option('--hold-seconds <seconds>', 'hold the estimate for this time')
    .addOption(
      new Option(
        '--when-unreachable <decision>',
        'the decision while the database is unavailable; allow by default',
      ).choices(['allow', 'refuse']),
    )
    .option('--json', 'print the result as JSON')
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
        labels: oneOfEach(flags),
        estimate: {
          cost: given('--cost', flags.cost),
          tokens: given('--tokens', flags.tokens),
          input_tokens: given('--input-tokens', flags.inputTokens),
          output_tokens: given('--output-tokens', flags.outputTokens),
        },
        hold_seconds: given('--hold-seconds', flags.holdSeconds),
        when_unreachable: flags.whenUnreachable,
      };
      // A check asks once, and says itself what holds if the store cannot be asked.
      const answer = await withTier(
        context,
        'runfold budgets check',
        ({ database }) => createBudgetGate(database).check(options, settings.project),
        { any_version: true },
      );
      if (flags.json) terminal.json(answer);
      else reportCheck(terminal, answer);
      if (!answer.allowed) context.io.exitCode = exitCodes.failed;
    });
}

/** `runfold budgets release` */
export function releaseCommand(): Command {
  return createCommand({
    name: 'release',
    summary: 'Release a hold that will not be used',
    details:
      'Exits with 1 if nothing is held under the id: its event is in the log, it was released, or it has expired.',
    examples: ['runfold budgets release 4e0f4a53-0d5e-4f6e-9a57-6f3f5a1c2b3d'],
  })
    .argument('<hold_id>', 'the id that "runfold budgets check --hold-seconds" printed')
    .option('--json', 'print { released } as JSON')
    .action(async (hold_id: string, flags: { json?: boolean }, self: Command) => {
      const context = openContext(self, 'once');
      const { terminal, settings } = context;
      const { released } = await withTier(context, 'runfold budgets release', ({ database }) =>
        releaseHold(database, { hold_id, project: settings.project }),
      );
      if (flags.json) terminal.json({ released });
      else terminal.line(released ? 'Released.' : 'Nothing is held under this id.');
      if (!released) context.io.exitCode = exitCodes.failed;
    });
}
