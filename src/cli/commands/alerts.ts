import type { Command } from 'commander';
import { testChannel } from '../../alerts/deliver.js';
import { listAlertHistory } from '../../alerts/history.js';
import type { NewRule } from '../../alerts/new-rule.js';
import { createRule, dropRule, listRules } from '../../alerts/rules.js';
import { reportRules, writeHistory } from '../alerts/alert-report.js';
import { muteCommand, unmuteCommand } from '../alerts/mute-commands.js';
import { createCommand, createCommandGroup, openContext } from '../command/command.js';
import { CommandFailedError } from '../command/command-error.js';
import { withStore, withTier } from '../command/with-tier.js';
import {
  addCsvOption,
  addListOptions,
  type ListFlags,
  readLimit,
} from '../options/list-options.js';
import { readNumber } from '../options/number-option.js';
import { repeatable } from '../options/repeatable-option.js';

/** `runfold alerts` */
export function alertsCommand(): Command {
  return createCommandGroup('alerts', [
    createAlertCommand(),
    listCommand(),
    historyCommand(),
    muteCommand(),
    unmuteCommand(),
    testCommand(),
    dropCommand(),
  ]);
}

/** Flags for fields of some kinds of rule: flag → field and its meaning. */
const fields = [
  ['budget', 'budget', '<name>', 'only this budget; by default every budget'],
  ['of', 'of', '<what>', 'what is measured: model, tool or agent'],
  ['value', 'value', '<name>', 'its name; by default each of them separately'],
  ['agent', 'agent_id', '<name>', 'the agent that must send events'],
  ['figure', 'figure', '<name>', 'time or time_to_first_token'],
] as const;
const numbers = [
  [
    'above',
    'above',
    'fires above this: a share from 0 to 1, seconds, a factor or a count, as the kind needs',
  ],
  ['window-minutes', 'window_minutes', 'the length of the window, in minutes'],
  ['least', 'least', 'ignore windows with fewer calls or messages'],
  ['least-dollars', 'least_dollars', 'ignore windows with a lower cost, in US dollars'],
  ['minutes', 'minutes', 'how long the agent may send nothing'],
  ['for-minutes', 'for_minutes', 'how long the condition must hold before it fires'],
] as const;
const camel = (flag: string) => flag.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());

function createAlertCommand(): Command {
  const command = createCommand({
    name: 'create',
    summary: 'Create a rule',
    details:
      'Kinds: budget, error_rate, slow, cost_growth, silence, unpriced, rejects, queue_lag. Workers evaluate rules ' +
      'every few seconds. docs/alerts.md says which options each kind takes.',
    examples: [
      'runfold alerts create spend --kind budget --channel ops',
      'runfold alerts create tools --kind error_rate --of tool --above 0.2 --channel ops',
      'runfold alerts create nightly --kind silence --agent night-shift --minutes 90 --channel ops',
    ],
  })
    .argument('<name>', 'lower-case letters, digits, or . _ - between them')
    .option('--kind <kind>', 'the kind of rule; required')
    .addOption(repeatable('--channel <name>', 'where it is sent; without one, it is only listed'));
  for (const [flag, , value, meaning] of fields) command.option(`--${flag} ${value}`, meaning);
  for (const [flag, , meaning] of numbers) command.option(`--${flag} <number>`, meaning);
  return command
    .option('--json', 'print it as JSON')
    .action(async (name: string, flags: Readonly<Record<string, unknown>>, self: Command) => {
      const context = openContext(self, 'once');
      const { terminal, settings } = context;
      const given = (list: readonly (readonly [string, string, ...unknown[]])[]) =>
        list.flatMap(([flag, field]) =>
          flags[camel(flag)] === undefined ? [] : [[field, flags[camel(flag)]] as const],
        );
      const rule = {
        name,
        kind: flags.kind,
        channels: flags.channel ?? [],
        ...Object.fromEntries(given(fields)),
        ...Object.fromEntries(
          numbers.flatMap(([flag, field]) => {
            const text = flags[camel(flag)];
            return text === undefined ? [] : [[field, readNumber(`--${flag}`, String(text))]];
          }),
        ),
      } as NewRule;
      const made = await withTier(
        context,
        'runfold alerts create',
        ({ database }) => createRule(database, { ...rule, project: settings.project }),
        { may_create: true },
      );
      if (flags.json) return terminal.json(made);
      reportRules(terminal, [made]);
    });
}

function listCommand(): Command {
  return createCommand({
    name: 'list',
    summary: 'List the rules of a project, and which are firing',
    examples: ['runfold alerts list', 'runfold alerts list --json'],
  })
    .option('--json', 'print { items } as JSON')
    .action(async (flags: { json?: boolean }, self: Command) => {
      const context = openContext(self, 'once');
      const { terminal, settings } = context;
      const items = await withStore(context, 'runfold alerts list', ({ database }) =>
        listRules(database, { project: settings.project }),
      );
      if (flags.json) return terminal.json({ items });
      if (items.length === 0) return terminal.line(terminal.colors.dim('No rules.'));
      reportRules(terminal, items);
    });
}

function historyCommand(): Command {
  const command = createCommand({
    name: 'history',
    summary: 'List alerts that fired and resolved, with their deliveries',
    examples: ['runfold alerts history', 'runfold alerts history --rule spend --json'],
  })
    .option('--rule <name>', 'only of this rule')
    .option('--budget <name>', 'only of this budget');
  return addCsvOption(addListOptions(command)).action(
    async (
      flags: ListFlags & { readonly rule?: string; readonly budget?: string },
      self: Command,
    ) => {
      const limit = readLimit(flags);
      const context = openContext(self, 'once');
      const { terminal, settings } = context;
      const { rule, budget, cursor } = flags;
      const page = await withStore(context, 'runfold alerts history', ({ database }) =>
        listAlertHistory(database, { project: settings.project, rule, budget, limit, cursor }),
      );
      writeHistory(terminal, flags, page);
    },
  );
}

function testCommand(): Command {
  return createCommand({
    name: 'test',
    summary: 'Send a sample to a channel',
    examples: ['runfold alerts test ops'],
  })
    .argument('<channel>', 'the channel, as "runfold channels list" shows it')
    .option('--json', 'print { delivered } as JSON')
    .action(async (name: string, flags: { json?: boolean }, self: Command) => {
      const context = openContext(self, 'once');
      const { terminal, settings } = context;
      const tested = await withTier(context, 'runfold alerts test', ({ database }) =>
        testChannel(database, { ...settings.alerts, project: settings.project, name }),
      );
      if (tested === undefined) {
        throw new CommandFailedError(
          `There is no channel ${JSON.stringify(name)} in project ${settings.project}. See "runfold channels list".`,
        );
      }
      if (flags.json) return terminal.json(tested);
      terminal.line('The channel took it.');
    });
}

function dropCommand(): Command {
  return createCommand({
    name: 'drop',
    summary: 'Drop a rule; its history is kept',
    examples: ['runfold alerts drop spend'],
  })
    .argument('<name>', 'the rule')
    .option('--json', 'print it as JSON')
    .action(async (name: string, flags: { json?: boolean }, self: Command) => {
      const context = openContext(self, 'once');
      const { terminal, settings } = context;
      const dropped = await withTier(context, 'runfold alerts drop', ({ database }) =>
        dropRule(database, { project: settings.project, name }),
      );
      if (dropped === undefined) {
        throw new CommandFailedError(
          `There is no rule ${JSON.stringify(name)} in project ${settings.project}. See "runfold alerts list".`,
        );
      }
      if (flags.json) return terminal.json(dropped);
      terminal.line(`Rule ${dropped.name} is dropped.`);
    });
}
