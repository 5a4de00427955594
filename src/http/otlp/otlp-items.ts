import { setImmediate as turn } from 'node:timers/promises';
import type { BodyItem } from '../../otlp/read-body.js';
import { tooLarge } from '../body/received-body.js';
import { mostItems } from './otlp-body.js';

/** The number of items to decode before other requests get a turn. */
const stretch = 512;
/** The maximum number of faults in a response. */
const namedFaults = 5;

/** The decoded content of a body. */
export interface Read<T> {
  readonly items: readonly T[];
  readonly ignored: number;
  readonly rejected: number;
  readonly faults: readonly string[];
}

/** Reads the items of a body. @throws MalformedBodyError, or ProblemError 413 */
export async function readItems<T>(found: Iterable<BodyItem<T>>, what: string): Promise<Read<T>> {
  const items: T[] = [];
  const faults: string[] = [];
  let ignored = 0;
  let rejected = 0;
  let index = 0;
  for (const one of found) {
    if (index >= mostItems) throw tooLarge(`at most ${mostItems} ${what}s in one request`);
    if ('item' in one) items.push(one.item);
    else if ('ignored' in one) ignored += 1;
    else {
      rejected += 1;
      const { field, expected, got } = one.fault;
      const place = field === '' ? '' : ` ${field}:`;
      if (faults.length < namedFaults) {
        faults.push(`${what} ${index}:${place} expected ${expected}, got ${got}`);
      }
    }
    index += 1;
    if (index % stretch === 0) await turn();
  }
  return { items, ignored, rejected, faults };
}
