import type { Command } from 'commander';
import { isLabelName, labelNamePhrase } from '../../events/labels.js';
import type { LabelFilters } from '../../query/label-filters.js';
import { UsageError } from '../command/command-error.js';
import { repeatable } from './repeatable-option.js';

/** The flag that narrows by labels. */
export interface LabelFlags {
  readonly label?: readonly string[];
}

/** Adds `--label`. */
export function addLabelOption(command: Command): Command {
  return command.addOption(
    repeatable(
      '--label <name=value>',
      'only with this label; several names mean all of them, several values of a name any of them',
    ),
  );
}

/** The name and the value in `NAME=VALUE`. @throws UsageError */
export function parseLabel(text: string): readonly [name: string, value: string] {
  const at = text.indexOf('=');
  const name = text.slice(0, Math.max(at, 0));
  if (isLabelName(name)) return [name, text.slice(at + 1)];
  const expected = at > 0 ? `${labelNamePhrase} before =` : 'NAME=VALUE';
  throw new UsageError(`--label: expected ${expected}, got ${JSON.stringify(text)}.`);
}

/** The labels that the flag asks for; undefined without one. @throws UsageError */
export function readLabels({ label }: LabelFlags): LabelFilters | undefined {
  if (label === undefined) return undefined;
  const asked = new Map<string, string[]>();
  for (const [name, value] of label.map(parseLabel)) {
    asked.set(name, [...(asked.get(name) ?? []), value]);
  }
  return Object.fromEntries(asked);
}
