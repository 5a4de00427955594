import type { BudgetCheck, CheckedBudget } from '../../budgets/ask-budgets.js';
import type { BudgetStanding, BudgetUse } from '../../budgets/budget-standing.js';
import type { Budget } from '../../budgets/budgets.js';
import { absent, count, dollars, localTime, plural } from '../output/format.js';
import { printable } from '../output/printable.js';
import { table } from '../output/table.js';
import type { Terminal } from '../output/terminal.js';

const amountOf = (measure: string, value: number | null) =>
  measure === 'cost' ? dollars(value) : count(value);
const subjectOf = ({ scope, label, value }: Pick<Budget, 'scope' | 'label' | 'value'>) =>
  scope === 'project'
    ? 'the project'
    : `${value === null ? 'each' : ''} ${label ?? scope} ${value ?? ''}`.trim();

/** Shows budgets as a table. */
export function reportBudgets(terminal: Terminal, budgets: readonly Budget[]): void {
  const columns = [
    { head: 'budget', cell: (budget: Budget) => budget.name },
    { head: 'of', cell: subjectOf, least: 10 },
    { head: 'measure', cell: ({ measure }: Budget) => measure.replaceAll('_', ' ') },
    {
      head: 'limit',
      cell: ({ measure, limit }: Budget) => amountOf(measure, limit),
      align: 'right' as const,
    },
    { head: 'window', cell: ({ window }: Budget) => window },
    { head: 'zone', cell: (budget: Budget) => budget.time_zone, drop: 3 },
    { head: 'stops', cell: ({ stop }: Budget) => (stop ? 'yes' : 'only alerts') },
    {
      head: 'alerts at',
      cell: ({ at }: Budget) => at.map((share) => `${share}%`).join(' '),
      drop: 2,
    },
  ];
  terminal.line(table(terminal, columns, budgets));
}

/** Shows a budget and its use. */
export function reportBudget(terminal: Terminal, budget: BudgetStanding): void {
  const { measure, limit, uses, holds, resets_at } = budget;
  const { bold, dim } = terminal.colors;
  const of = `${amountOf(measure, limit)} ${measure === 'cost' ? '' : measure.replaceAll('_', ' ')}`;
  terminal.line(bold(printable(budget.name)));
  terminal.line(printable(`${of.trim()} a ${budget.window} for ${subjectOf(budget)}`));
  const begun = `Since ${localTime(budget.window_start)}`;
  terminal.line(dim(resets_at === null ? begun : `${begun}, until ${localTime(resets_at)}`));
  terminal.line();
  if (uses.length === 0) terminal.line(dim('Nothing used yet.'));
  else {
    const share = (use: BudgetUse) => Math.round(((use.used + use.held) / limit) * 100);
    const columns = [
      { head: budget.scope, cell: ({ value }: BudgetUse) => value ?? 'all', least: 10 },
      ...(['used', 'held', 'remaining'] as const).map((name) => ({
        head: name,
        cell: (use: BudgetUse) => amountOf(measure, use[name]),
        align: 'right' as const,
      })),
      {
        head: 'share',
        cell: (use: BudgetUse) => `${share(use)}%`,
        align: 'right' as const,
        paint: (text: string, use: BudgetUse) =>
          share(use) >= 100 ? terminal.colors.red(text) : text,
      },
    ];
    terminal.line(table(terminal, columns, uses));
  }
  if (holds.length === 0) return;
  terminal.line();
  terminal.line(`${plural(holds.length, 'hold')}:`);
  const columns = [
    { head: 'hold', cell: (hold: BudgetStanding['holds'][number]) => hold.hold_id },
    { head: budget.scope, cell: ({ value }: BudgetStanding['holds'][number]) => value ?? 'all' },
    {
      head: 'amount',
      cell: ({ amount }: BudgetStanding['holds'][number]) => amountOf(measure, amount),
      align: 'right' as const,
    },
    {
      head: 'until',
      cell: ({ expires_at }: BudgetStanding['holds'][number]) => localTime(expires_at),
    },
  ];
  terminal.line(table(terminal, columns, holds));
}

/** Shows the result of a check of budgets. */
export function reportCheck(terminal: Terminal, answer: BudgetCheck): void {
  const { green, red, dim } = terminal.colors;
  terminal.line(answer.allowed ? green('Allowed.') : red('Refused.'));
  if (answer.is_unknown)
    terminal.line(dim('The database is unavailable: the budgets decide by when_unknown.'));
  if (answer.budgets.length === 0) terminal.line(dim('No budget applies.'));
  else {
    const columns = [
      { head: 'budget', cell: ({ name }: CheckedBudget) => name },
      { head: 'of', cell: ({ value }: CheckedBudget) => value ?? absent, least: 8 },
      ...(['used', 'held', 'limit', 'remaining'] as const).map((name) => ({
        head: name,
        cell: (one: CheckedBudget) => amountOf(one.measure, one[name]),
        align: 'right' as const,
      })),
      { head: 'resets at', cell: (one: CheckedBudget) => localTime(one.resets_at), drop: 1 },
      { head: '', cell: ({ allowed }: CheckedBudget) => (allowed ? '' : 'refuses') },
    ];
    terminal.line(table(terminal, columns, answer.budgets));
  }
  if (answer.hold_id !== null) terminal.line(`hold_id ${answer.hold_id}`);
}
