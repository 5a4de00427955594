import type { Command } from 'commander';
import { oneOfNames } from '../../events/check/nearest-name.js';
import { isLabelName } from '../../events/labels.js';
import { labelOf, type UsageDimension } from '../../query/usage/usage-sources.js';
import type { UsageFilters } from '../../query/usage/usage-statement.js';
import { UsageError } from '../command/command-error.js';
import { addLabelOption, type LabelFlags, readLabels } from './label-option.js';
import { repeatable } from './repeatable-option.js';

/** The names of groups and filters of usage, each with its field of an event. */
export const groupNames: Readonly<Record<string, UsageDimension>> = {
  model: 'model',
  provider: 'provider',
  agent: 'agent_id',
  tool: 'tool_name',
  team: 'team_id',
  workflow: 'workflow_id',
  user: 'user_id',
};

/** The flags that filter usage. */
export type UsageFilterFlags = { readonly [N in keyof typeof groupNames]?: unknown } & LabelFlags;

/** Adds a flag for each field. */
export function addUsageFilters(command: Command): Command {
  for (const name of Object.keys(groupNames)) {
    command.addOption(repeatable(`--${name} <name>`, `only usage of this ${name}`));
  }
  return addLabelOption(command);
}

/** The filters that the flags describe. */
export function usageFilters(flags: UsageFilterFlags): UsageFilters {
  const byField = Object.entries(groupNames).map(([flag, name]) => [
    name,
    (flags as Readonly<Record<string, readonly string[] | undefined>>)[flag],
  ]);
  const byLabel = Object.entries(readLabels(flags) ?? {}).map(([name, values]) => [
    `label:${name}`,
    values,
  ]);
  return Object.fromEntries([...byField, ...byLabel]);
}

/** The dimensions in `--by`, separated by commas; also by the names of HTTP and TypeScript. @throws UsageError */
export function parseGroups(
  text: string,
  before: readonly UsageDimension[] = [],
): readonly UsageDimension[] {
  const given = text.split(',').flatMap((part) => {
    const name = part.trim();
    const field = Object.values(groupNames).find((dimension) => dimension === name);
    if (field !== undefined) return [field];
    if (isLabelName(labelOf(name))) return [name as UsageDimension];
    return parseList('--by', name, [...Object.keys(groupNames), 'label:NAME']).flatMap(
      (known) => groupNames[known] ?? [],
    );
  });
  return [...before, ...given];
}

/** Names separated by commas, each of them in a list. @throws UsageError */
export function parseList<const N extends string>(
  flag: string,
  text: string,
  names: readonly N[],
): N[] {
  return text.split(',').map((part) => {
    const found = names.find((name) => name === part.trim());
    if (found !== undefined) return found;
    throw new UsageError(
      `${flag}: expected ${oneOfNames(names, part.trim())}, got ${JSON.stringify(part.trim())}.`,
    );
  });
}
