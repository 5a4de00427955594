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
  if (names.includes(name)) return name;
  const [nearest] = names
    .map((known) => ({ known, distance: editDistance(name, known) }))
    .filter(({ known, distance }) => distance <= Math.min(2, known.length / 3))
    .sort((a, b) => a.distance - b.distance);
  return nearest?.known;
}
