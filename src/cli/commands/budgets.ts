import { type Command, Option } from 'commander';
import { getBudget } from '../../budgets/budget-standing.js';
import { createBudget, dropBudget, listBudgets } from '../../budgets/budgets.js';
import { budgetMeasures, budgetScopes } from '../../budgets/functions/used-sources.js';
import { type NewBudget, rollingPhrase, rollingQuarters } from '../../budgets/new-budget.js';
import { reportBudget, reportBudgets } from '../budgets/budget-report.js';
import { checkCommand, releaseCommand } from '../budgets/check-command.js';
import { createCommand, createCommandGroup, openContext } from '../command/command.js';
import { CommandFailedError, UsageError } from '../command/command-error.js';
import { withStore, withTier } from '../command/with-tier.js';
import { readNumber } from '../options/number-option.js';

/** `runfold budgets` */
export function budgetsCommand(): Command {
  return createCommandGroup('budgets', [
    createBudgetCommand(),
    listCommand(),
    showCommand(),
    checkCommand(),
    releaseCommand(),
    dropCommand(),
  ]);
}

interface CreateFlags {
  readonly scope: string;
  readonly label?: string;
  readonly value?: string;
  readonly measure: string;
  readonly limit: string;
  readonly window?: string;
  readonly rolling?: string;
  readonly timeZone?: string;
  readonly at?: string;
  readonly stop: boolean;
  readonly from?: string;
  readonly whenUnknown?: string;
  readonly replace?: boolean;
  readonly json?: boolean;
}

function createBudgetCommand(): Command {
  return createCommand({
    name: 'create',
    summary: 'Create a budget',
    details:
      'It counts from the current quarter of an hour on. Checks are refused above the limit, unless --no-stop is ' +
      'given: then it only sends alerts.',
    examples: [
      'runfold budgets create writer --scope agent --value writer --limit 5 --window day',
      'runfold budgets create users --scope user --measure total_tokens --limit 1000000 --rolling 24h',
      'runfold budgets create all --limit 2000 --window month --time-zone Europe/Berlin --no-stop',
    ],
  })
    .argument('<name>', 'lower-case letters, digits, or . _ - between them')
    .option('--scope <scope>', `what is limited: ${budgetScopes.join(', ')}`, 'project')
    .option('--label <name>', 'the name of the label if the scope is label')
    .option('--value <value>', 'its user, agent …; by default each of them separately')
    .option('--measure <measure>', `${budgetMeasures.join(', ')}`, 'cost')
    .requiredOption('--limit <number>', 'in US dollars for cost, otherwise an integer')
    .option('--window <window>', 'hour, day, week, month or total; month by default')
    .addOption(
      new Option('--rolling <span>', `a rolling window instead: ${rollingPhrase}`).conflicts(
        'window',
      ),
    )
    .option('--time-zone <zone>', "the zone of its days; by default the project's, or UTC")
    .option('--at <percents>', 'shares of the limit that trigger alerts, in percent', '50,80,100')
    .option('--no-stop', 'refuse nothing, only send alerts')
    .option('--from <time>', 'when it starts to count, RFC 3339 with a zone')
    .addOption(
      new Option(
        '--when-unknown <decision>',
        'the decision while the database is unavailable',
      ).choices(['allow', 'refuse']),
    )
    .option('--replace', 'replace a budget with this name')
    .option('--json', 'print it as JSON')
    .action(async (name: string, flags: CreateFlags, self: Command) => {
      const context = openContext(self, 'once');
      const { terminal, settings } = context;
      const { timeZone, whenUnknown, at = '', limit, rolling, json, ...rest } = flags;
      const budget = {
        ...rest,
        name,
        limit: readNumber('--limit', limit),
        ...(rolling === undefined ? {} : { window: readRolling(rolling) }),
        at: at === '' ? [] : at.split(',').map((share) => readNumber('--at', share.trim())),
        ...(timeZone === undefined ? {} : { time_zone: timeZone }),
        ...(whenUnknown === undefined ? {} : { when_unknown: whenUnknown }),
      } as NewBudget;
      const made = await withTier(
        context,
        'runfold budgets create',
        ({ database }) => createBudget(database, { ...budget, project: settings.project }),
        { may_create: true },
      );
      if (json) return terminal.json(made);
      reportBudgets(terminal, [made]);
    });
}

/** The window of `--rolling`. @throws UsageError */
function readRolling(span: string): string {
  const window = `rolling ${span}`;
  if (rollingQuarters(window) !== undefined) return window;
  const expected = `${rollingPhrase}, such as 24h`;
  throw new UsageError(`--rolling: expected ${expected}, got ${JSON.stringify(span)}.`);
}

function listCommand(): Command {
  return createCommand({
    name: 'list',
    summary: 'List the budgets of a project',
    examples: ['runfold budgets list', 'runfold budgets list --json'],
  })
    .option('--json', 'print { items } as JSON')
    .action(async (flags: { json?: boolean }, self: Command) => {
      const context = openContext(self, 'once');
      const { terminal, settings } = context;
      const items = await withStore(context, 'runfold budgets list', ({ database }) =>
        listBudgets(database, { project: settings.project }),
      );
      if (flags.json) return terminal.json({ items });
      if (items.length === 0) return terminal.line(terminal.colors.dim('No budgets.'));
      reportBudgets(terminal, items);
    });
}

function showCommand(): Command {
  return createCommand({
    name: 'show',
    summary: 'Show a budget: what is used, held and left',
    examples: ['runfold budgets show writer', 'runfold budgets show writer --json'],
  })
    .argument('<name>', 'the budget')
    .option('--json', 'print it as JSON')
    .action(async (name: string, flags: { json?: boolean }, self: Command) => {
      const context = openContext(self, 'once');
      const { terminal, settings } = context;
      const found = await withStore(context, 'runfold budgets show', ({ database }) =>
        getBudget(database, { project: settings.project, name }),
      );
      if (found === undefined) throw noSuchBudget(name, settings.project);
      if (flags.json) return terminal.json(found);
      reportBudget(terminal, found);
    });
}

function dropCommand(): Command {
  return createCommand({
    name: 'drop',
    summary: 'Drop a budget and its holds',
    examples: ['runfold budgets drop writer'],
  })
    .argument('<name>', 'the budget')
    .option('--json', 'print it as JSON')
    .action(async (name: string, flags: { json?: boolean }, self: Command) => {
      const context = openContext(self, 'once');
      const { terminal, settings } = context;
      const dropped = await withTier(context, 'runfold budgets drop', ({ database }) =>
        dropBudget(database, { project: settings.project, name }),
      );
      if (dropped === undefined) throw noSuchBudget(name, settings.project);
      if (flags.json) return terminal.json(dropped);
      terminal.line(`Budget ${dropped.name} is dropped.`);
    });
}

const noSuchBudget = (name: string, project: number) =>
  new CommandFailedError(
    `There is no budget ${JSON.stringify(name)} in project ${project}. See "runfold budgets list".`,
  );
