import { editDistance } from '../../environment/edit-distance.js';

/** Longer names are compared with none: the comparison takes the product of both lengths. */
const longest = 60;

/** A name as we write names: `inputTokens` and `input-tokens` are `input_tokens`. */
const snakeCase = (name: string) =>
  name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll('-', '_')
    .toLowerCase();

/** The known name that was probably meant; undefined if none is close. */
export function nearestName(given: string, names: readonly string[]): string | undefined {
  if (given.length > longest) return undefined;
  const name = snakeCase(given);
  const forms = [name, `${name}_id`, `${name}_name`, name.replace(/^event_/, '')];
  const meant = forms.find((one) => names.includes(one));
  if (meant !== undefined) return meant;
  const [nearest] = names
    .map((known) => ({ known, most: Math.min(2, known.length / 3) }))
    .map(({ known, most }) => ({ known, most, distance: editDistance(name, known, most) }))
    .filter(({ most, distance }) => distance <= most)
    .sort((a, b) => a.distance - b.distance);
  return nearest?.known;
}

/** What a value should have been: one of some names, and the one that was probably meant. */
export function oneOfNames(names: readonly string[], given: unknown): string {
  const nearest = typeof given === 'string' ? nearestName(given, names) : undefined;
  const list = `one of ${names.join(', ')}`;
  return nearest === undefined ? list : `${list} (did you mean ${nearest}?)`;
}
