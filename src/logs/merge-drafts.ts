import type { Draft } from '../ingest/formats/log/log-format.js';
import type { Claim, WantedClaim } from './claims.js';
import type { LogCounts } from './log-summary.js';

/** A draft, and the line it came from. */
export interface PlacedDraft {
  readonly draft: Draft;
  /** Reports that the event was not accepted. */
  readonly refuse: (text: string) => void;
}

/** A message or call in a batch: its first draft, with the highest figures of all its drafts. */
export interface Pending extends PlacedDraft {
  readonly event: Draft['event'];
  readonly claim: Claim | undefined;
  readonly isExact: boolean;
}

/** Each key, with the session of its first draft of the lowest rank. */
export function wantedClaims(drafts: readonly PlacedDraft[]): ReadonlyMap<string, WantedClaim> {
  const wanted = new Map<string, WantedClaim>();
  for (const { draft } of drafts) {
    const { key, rank = 0, event } = draft;
    if (key === undefined || rank >= (wanted.get(key)?.rank ?? Number.POSITIVE_INFINITY)) continue;
    wanted.set(key, { session_id: event.session_id, rank });
  }
  return wanted;
}

/** Returns one entry per event: drafts of one message are merged, and side copies are left out. */
export function mergeDrafts(
  drafts: readonly PlacedDraft[],
  claims: ReadonlyMap<string, Claim>,
  counts: LogCounts,
): readonly Pending[] {
  const merged = new Map<string, Pending>();
  for (const placed of drafts) {
    const { draft } = placed;
    const { key, rank = 0 } = draft;
    const claim = key === undefined ? undefined : claims.get(key);
    if (claim !== undefined && claim.rank < rank) {
      if (draft.event.type === 'message') counts.copies += 1;
      continue;
    }
    const session_id = claim?.session_id ?? draft.event.session_id;
    const event =
      session_id === draft.event.session_id ? draft.event : { ...draft.event, session_id };
    const place = `${event.id}\0${session_id}`;
    const before = merged.get(place);
    if (before === undefined) {
      const isExact = claim !== undefined && claim.rank > rank;
      merged.set(place, { ...placed, event, claim, isExact });
    } else if (event.type === 'message') {
      counts.copies += 1;
      merged.set(place, { ...before, event: raised(before.event, event) });
    }
  }
  return [...merged.values()];
}

function raised(first: Draft['event'], later: Draft['event']): Draft['event'] {
  const metrics: Record<string, unknown> = { ...first.metrics };
  for (const [name, value] of Object.entries(later.metrics ?? {})) {
    const before = metrics[name];
    const isLess = typeof before === 'number' && typeof value === 'number' && value <= before;
    if (!isLess) metrics[name] = value;
  }
  return { ...first, metrics };
}
