import { createHash } from 'node:crypto';

/** Counts how often each string has occurred. */
export interface Occurrences {
  /** How often this string has occurred, including this time: 1 for a new one. */
  next(text: string): number;
}

/**
 * A count for each distinct string, identified by 64 bits of its hash, in a table with open addressing:
 * 12 bytes per slot, so that millions of lines fit. A Map of strings would need too much memory.
 */
export function countOccurrences(): Occurrences {
  let capacity = 1 << 10;
  let used = 0;
  let hashes = new Uint32Array(capacity * 2);
  let counts = new Uint32Array(capacity);

  const find = (high: number, low: number): number => {
    let at = low % capacity;
    while (counts[at] !== 0 && (hashes[2 * at] !== high || hashes[2 * at + 1] !== low)) {
      at = (at + 1) % capacity;
    }
    return at;
  };
  const put = (at: number, high: number, low: number, count: number) => {
    hashes[2 * at] = high;
    hashes[2 * at + 1] = low;
    counts[at] = count;
  };
  const grow = () => {
    const [oldHashes, oldCounts] = [hashes, counts];
    capacity *= 2;
    hashes = new Uint32Array(capacity * 2);
    counts = new Uint32Array(capacity);
    oldCounts.forEach((count, at) => {
      const [high = 0, low = 0] = oldHashes.subarray(2 * at, 2 * at + 2);
      if (count !== 0) put(find(high, low), high, low, count);
    });
  };

  return {
    next(text) {
      const hash = createHash('sha1').update(text).digest();
      const [high, low] = [hash.readUInt32BE(0), hash.readUInt32BE(4)];
      let at = find(high, low);
      const count = (counts[at] ?? 0) + 1;
      if (count === 1 && ++used > capacity / 2) {
        grow();
        at = find(high, low);
      }
      put(at, high, low, count);
      return count;
    },
  };
}
