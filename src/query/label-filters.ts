import { describeValue } from '../events/fault.js';
import { isLabelName, labelNamePhrase, maxLabels } from '../events/labels.js';
import type { AnyOf } from './conditions.js';
import { InvalidQueryError } from './query-errors.js';

/** Label names, each with one value, or with several of which any matches. */
export type LabelFilters = Readonly<Record<string, AnyOf>>;

/** The requested labels. @throws InvalidQueryError */
export function labelsAsked(
  labels: LabelFilters = {},
): readonly (readonly [name: string, value: string | readonly string[]])[] {
  const entries = Object.entries(labels);
  // Each is one more table in a statement, and no event has more. Postgres plans one with thousands for minutes.
  if (entries.length > maxLabels) {
    throw new InvalidQueryError('labels', `at most ${maxLabels} labels`, String(entries.length));
  }
  return entries.flatMap(([name, value]) => {
    if (!isLabelName(name)) {
      throw new InvalidQueryError('labels', labelNamePhrase, describeValue(name));
    }
    return value === undefined ? [] : [[name, value] as const];
  });
}
