import { knownKeys } from '../tables/key-numbers.js';

interface KnownKey {
  readonly bytes: Buffer;
  readonly number: number;
}

/** FNV-1a, 32 bits. */
function hashBytes(bytes: Buffer, from: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let at = from; at < end; at++) {
    hash = Math.imul(hash ^ (bytes[at] as number), 0x01000193);
  }
  return hash;
}

let table: ReadonlyMap<number, readonly KnownKey[]> | undefined;

function createTable(): ReadonlyMap<number, readonly KnownKey[]> {
  const byHash = new Map<number, KnownKey[]>();
  knownKeys().forEach((name, number) => {
    const bytes = Buffer.from(name);
    const hash = hashBytes(bytes, 0, bytes.length);
    byHash.set(hash, [...(byHash.get(hash) ?? []), { bytes, number }]);
  });
  return byHash;
}

/** The number of the key in some bytes, without making a string. */
export function findKeyBytes(bytes: Buffer, from: number, end: number): number | undefined {
  table ??= createTable();
  const found = table.get(hashBytes(bytes, from, end));
  if (found === undefined) return undefined;
  for (const known of found) {
    if (known.bytes.length === end - from && known.bytes.compare(bytes, from, end) === 0) {
      return known.number;
    }
  }
  return undefined;
}
