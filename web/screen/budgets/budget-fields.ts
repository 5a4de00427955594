import type { Budget, BudgetMeasure, BudgetScope, NewBudget } from '../../../src/client.js';

/** The scopes of a budget. */
export const scopes: readonly (readonly [BudgetScope, string])[] = [
  ['project', 'The whole project'],
  ['user', 'A user'],
  ['agent', 'An agent'],
  ['team', 'A team'],
  ['model', 'A model'],
  ['label', 'A label'],
  ['session', 'A session'],
  ['run', 'A run'],
];
/** How long a budget counts before it starts again. */
export const windows = ['hour', 'day', 'week', 'month', 'total', 'rolling'] as const;

/** The fields as they are typed. */
export interface BudgetFields {
  readonly name: string;
  readonly scope: BudgetScope;
  readonly label: string;
  readonly value: string;
  readonly measure: BudgetMeasure;
  readonly limit: string;
  readonly window: (typeof windows)[number];
  readonly rolling: string;
  readonly time_zone: string;
  readonly at: string;
  readonly stop: boolean;
  readonly when_unknown: Budget['when_unknown'];
}

/** The fields of a budget, or of a new one. */
export function fieldsOf(budget: Budget | undefined): BudgetFields {
  const isRolling = budget?.window.startsWith('rolling ') === true;
  return {
    name: budget?.name ?? '',
    scope: budget?.scope ?? 'project',
    label: budget?.label ?? '',
    value: budget?.value ?? '',
    measure: budget?.measure ?? 'cost',
    limit: budget === undefined ? '' : String(budget.limit),
    window: isRolling ? 'rolling' : ((budget?.window ?? 'month') as BudgetFields['window']),
    rolling: isRolling ? (budget?.window.slice('rolling '.length) ?? '') : '7d',
    time_zone: budget?.time_zone ?? '',
    at: (budget?.at ?? [50, 80, 100]).join(', '),
    stop: budget?.stop ?? true,
    when_unknown: budget?.when_unknown ?? 'allow',
  };
}

/** The budget that the fields describe. */
export function budgetOf(fields: BudgetFields, isChange: boolean): NewBudget {
  const { name, scope, label, value, measure, limit, window, rolling, time_zone, at } = fields;
  const { stop, when_unknown } = fields;
  const isWhole = scope === 'session' || scope === 'run';
  return {
    name,
    scope,
    measure,
    stop,
    when_unknown,
    limit: Number(limit),
    window: isWhole ? 'total' : window === 'rolling' ? `rolling ${rolling}` : window,
    at: at
      .split(/[\s,;%]+/)
      .filter((text) => text !== '')
      .map(Number),
    ...(scope === 'label' ? { label } : {}),
    ...(value === '' || scope === 'project' ? {} : { value }),
    ...(time_zone === '' ? {} : { time_zone }),
    ...(isChange ? { replace: true } : {}),
  };
}
