import { computed } from '@preact/signals';
import { base, go, path, place } from './place.js';

/** The filters, in the order in which addresses have them. */
export const filterNames = [
  'agent_id',
  'model',
  'provider',
  'tool_name',
  'user_id',
  'team_id',
  'workflow_id',
  'status',
] as const;
/** The parameter of a label: `label.customer`. */
export type LabelFilter = `label.${string}`;
export type FilterName = (typeof filterNames)[number] | LabelFilter;

/** Whether a parameter filters by a label. */
export const isLabelFilter = (name: string): name is LabelFilter =>
  /^label\.[a-z][a-z0-9_.-]{0,39}$/.test(name);
/** `customer` of `label.customer`. */
export const labelOf = (name: LabelFilter) => name.slice('label.'.length);

/** Parameters that all screens keep. */
const kept = ['range', 'from', 'to', 'tz', 'compare', ...filterNames, 'project'] as const;
/** Parameters of one screen. */
const own = [
  'metric',
  'by',
  'bucket',
  'hide',
  'sort',
  'order',
  'cursor',
  'limit',
  'failed',
  'ended',
  'session',
  'step',
  'as',
  'code',
  'value',
  'rule',
  'live',
] as const;
export type ParameterName = (typeof kept)[number] | (typeof own)[number] | LabelFilter;

/** Changes of parameters: several values, one, or undefined for none. */
export type Changes = Partial<Record<ParameterName, string | readonly string[] | undefined>>;

const defaults: Partial<Record<ParameterName, string>> = {
  range: '28d',
  metric: 'cost',
  by: 'model',
};

/** The value of a parameter in the current address. */
export const parameter = (name: ParameterName): string | undefined =>
  place.value.searchParams.get(name) ?? undefined;

/** All values of a parameter in the current address. */
export const parameters = (name: ParameterName): readonly string[] =>
  place.value.searchParams.getAll(name);

/** The filters in the current address. */
export const filters = computed<Readonly<Partial<Record<FilterName, readonly string[]>>>>(() =>
  Object.fromEntries(
    [...filterNames, ...labelsIn(place.value.searchParams.keys())]
      .map((name) => [name, parameters(name)] as const)
      .filter(([, values]) => values.length > 0),
  ),
);

/** The labels among the names of parameters, in the order in which addresses have them. */
const labelsIn = (names: Iterable<string>) => [...new Set([...names].filter(isLabelFilter))].sort();

function searchOf(
  from: URLSearchParams,
  changes: Changes,
  names: readonly ParameterName[],
): string {
  const search = new URLSearchParams();
  // Labels come before the project, and all screens keep both.
  const labels = labelsIn([...from.keys(), ...Object.keys(changes)]);
  for (const name of names.flatMap((one) => (one === 'project' ? [...labels, one] : [one]))) {
    const values = name in changes ? [changes[name] ?? []].flat() : from.getAll(name);
    for (const value of values) {
      if (value !== '' && value !== defaults[name]) search.append(name, value);
    }
  }
  const text = search.toString();
  return text === '' ? '' : `?${text}`;
}

/** The address of a screen, with this one's time, zone and filters. */
export function screen(to: string, changes: Changes = {}): string {
  return `${base}${to}${searchOf(place.value.searchParams, changes, [...kept, ...own.filter((name) => name in changes)])}`;
}

/**
 * The address of this screen with some parameters changed. A list starts again at its first page.
 */
export function here(changes: Changes): string {
  const all = 'cursor' in changes ? changes : { ...changes, cursor: undefined };
  return `${base}${path.value}${searchOf(place.value.searchParams, all, [...kept, ...own])}`;
}

/** Changes this screen's address. With `replace`, Back does not undo the change. */
export function change(changes: Changes, options?: { readonly replace?: boolean }): void {
  go(here(changes), options);
}
