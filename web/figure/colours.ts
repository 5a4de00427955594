/** How many series have a separate colour; the rest share grey. */
export const mostSeries = 7;

const given = new Map<string, number>();

/**
 * The class of a name's colour, `c1` to `c7`. A name keeps its colour across screens; a new one
 * gets the first colour that none of its neighbours has.
 */
export function coloursOf(kind: string, names: readonly string[]): ReadonlyMap<string, string> {
  const key = (name: string) => `${kind}\0${name}`;
  const shown = names.slice(0, mostSeries);
  const taken = new Set<number>();
  const result = new Map<string, string>();
  for (const name of shown) {
    const colour = given.get(key(name));
    if (colour === undefined || taken.has(colour)) continue;
    taken.add(colour);
    result.set(name, `c${colour}`);
  }
  for (const name of shown) {
    if (result.has(name)) continue;
    let colour = 1;
    while (taken.has(colour)) colour++;
    taken.add(colour);
    if (!given.has(key(name))) given.set(key(name), colour);
    result.set(name, `c${colour}`);
  }
  for (const name of names.slice(mostSeries)) result.set(name, 'c0');
  return result;
}
