/**
 * Every attribute that is read has a number. For all other attributes, no string is made from the value or, in
 * protobuf, from the key.
 */
const names: string[] = [];
const numbers = new Map<string, number>();

/** The number of an attribute; registers it as one that is read. */
export function keyNumber(name: string): number {
  const known = numbers.get(name);
  if (known !== undefined) return known;
  numbers.set(name, names.length);
  names.push(name);
  return names.length - 1;
}

/** The number of a key, or undefined if it is not read. */
export const findKey = (name: string): number | undefined => numbers.get(name);

/** The keys that are read, by number. */
export const knownKeys = (): readonly string[] => names;
