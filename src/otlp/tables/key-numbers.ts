/**
 * Every attribute that is read has a number. Of all other attributes neither the value nor, in
 * protobuf, the key is ever made into a string.
 */
const names: string[] = [];
const numbers = new Map<string, number>();

/** The number of an attribute that is read; it is known from now on. */
export function keyNumber(name: string): number {
  const known = numbers.get(name);
  if (known !== undefined) return known;
  numbers.set(name, names.length);
  names.push(name);
  return names.length - 1;
}

/** The number of a key, or undefined when nobody reads it. */
export const findKey = (name: string): number | undefined => numbers.get(name);

/** The keys that are read, by number. */
export const knownKeys = (): readonly string[] => names;
