import type { RawSpan } from '../decode/otlp-item.js';
import { costPartSources, costSources, scopeWithUnknownZero } from '../tables/figure-keys.js';
import { placesOf, readNumber } from './read-sources.js';

const places = placesOf(costSources);
const partPlaces = Object.values(costPartSources).map(placesOf);

/** The cost of a call in US dollars; undefined if the span does not report one. */
export function costOf({ attributes, scope }: RawSpan): number | undefined {
  const cost = readNumber(attributes, places);
  if (cost === 0 && scope.startsWith(scopeWithUnknownZero)) return undefined;
  if (cost !== undefined) return cost;
  const parts = partPlaces.flatMap((of) => readNumber(attributes, of) ?? []);
  return parts.length === 0 ? undefined : parts.reduce((sum, part) => sum + part);
}
