import { type ClaudeCounts, greater, isGreater, packCounts, unpackCounts } from './claude-usage.js';

/** The last returned messages, to recognize lines that repeat one. */
export interface RecentMessages {
  /** Whether these figures are greater than the returned ones of the message; if so, they are recorded. */
  isNew(id: string, counts: ClaudeCounts): boolean;
  save(): SavedRecent;
}

/** For a checkpoint. */
export type SavedRecent = readonly (readonly [string, readonly (number | null)[]])[];

const mostRecent = 64;

export function recentMessages(saved: SavedRecent = []): RecentMessages {
  const recent = new Map(saved.map(([id, packed]) => [id, unpackCounts(packed)]));
  return {
    isNew(id, counts) {
      const before = recent.get(id);
      if (before !== undefined && !isGreater(counts, before)) return false;
      recent.delete(id);
      recent.set(id, before === undefined ? counts : greater(before, counts));
      const [oldest] = recent.keys();
      if (recent.size > mostRecent && oldest !== undefined) recent.delete(oldest);
      return true;
    },
    save: () => [...recent].map(([id, counts]) => [id, packCounts(counts)]),
  };
}
