import { placeKey, readCorrectedEvents } from '../corrections/corrected-events.js';
import { describeFault, InvalidEventError } from '../events/fault.js';
import type { MetricEventInput } from '../events/metric-event.js';
import type { Draft, LogFormat } from '../ingest/formats/log/log-format.js';
import type { Producer } from '../ingest/producer.js';
import { BufferFullError } from '../ingest/producer-errors.js';
import type { Database } from '../postgres/database.js';
import type { PriceBook } from '../pricing/price-book.js';
import { type Claim, claimKeys, lowerRanks, type WantedClaim } from './claims.js';
import { growthOf } from './grown-event.js';
import type { LogCounts } from './log-summary.js';

/** Where events read from logs go. */
export interface LogStore {
  readonly database: Database;
  readonly producer: Producer;
  readonly project: number;
  readonly book: PriceBook;
  /** Resolves when all events that are on the queue now are folded. */
  readonly folded: () => Promise<void>;
  /** Resolves when the queue has room for more. */
  readonly room: () => Promise<void>;
}

/** A draft, and the line it came from. */
export interface PlacedDraft {
  readonly draft: Draft;
  /** Reports that the event could not be taken. */
  readonly refuse: (text: string) => void;
}

/** A message or call of one batch: the first draft of it, with the greatest figures of all. */
interface Pending extends PlacedDraft {
  readonly event: Draft['event'];
  readonly claim: Claim | undefined;
  readonly isExact: boolean;
}

/**
 * Sends what the drafts hold that the log does not, and resolves when the queue has it. A key
 * belongs to the session that claimed it first. What was claimed before is compared with the log,
 * and only the difference is sent: so nothing depends on how often, in which pieces, or with which
 * restarts a file is read.
 */
export async function sendDrafts(
  store: LogStore,
  format: LogFormat,
  drafts: readonly PlacedDraft[],
  counts: LogCounts,
): Promise<void> {
  const { database, producer, project } = store;
  const claims = await claimKeys(database, project, format.name, wantedClaims(drafts));
  const pending = merge(drafts, claims, counts);
  const known = pending.filter(({ claim }) => claim !== undefined && !claim.is_new);
  const growths = await compare(store, known, counts);
  const ranks = new Map<string, number>();
  for (const one of pending) {
    const event = growths.has(one) ? growths.get(one) : one.event;
    if (event === undefined) continue;
    if (await emit(producer, event, one)) countEvent(event, one.draft, counts);
  }
  for (const { draft, claim, isExact } of known) {
    if (isExact && draft.key !== undefined && claim !== undefined) {
      ranks.set(draft.key, draft.rank ?? 0);
    }
  }
  await producer.flush();
  // Only now: were it noted before and this process killed, the difference would never be sent.
  await lowerRanks(database, project, format.name, ranks);
}

/** Each key with the session of its first draft of the lowest rank. */
function wantedClaims(drafts: readonly PlacedDraft[]): ReadonlyMap<string, WantedClaim> {
  const wanted = new Map<string, WantedClaim>();
  for (const { draft } of drafts) {
    const { key, rank = 0, event } = draft;
    if (key === undefined || rank >= (wanted.get(key)?.rank ?? Number.POSITIVE_INFINITY)) continue;
    wanted.set(key, { session_id: event.session_id, rank });
  }
  return wanted;
}

/** One entry for each event: drafts of one message become one, and side copies are left out. */
function merge(
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
    const event = { ...draft.event, session_id: claim?.session_id ?? draft.event.session_id };
    const place = placeKey(event.session_id, event.id);
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

/** What to send of those claimed before: the event, its correction, or nothing. */
async function compare(
  store: LogStore,
  known: readonly Pending[],
  counts: LogCounts,
): Promise<ReadonlyMap<Pending, MetricEventInput | undefined>> {
  const { database, project, book } = store;
  const toSend = new Map<Pending, MetricEventInput | undefined>();
  let open = known;
  // What differs may be on the queue yet: it is compared again once that is folded.
  for (const isFolded of [false, true]) {
    if (open.length === 0) break;
    if (isFolded) {
      await store.folded();
      await book.refresh();
    }
    const places = open.map(({ event }) => ({ session_id: event.session_id, id: event.id }));
    const stored = await readCorrectedEvents(database, project, places);
    const different: Pending[] = [];
    for (const one of open) {
      const { event, isExact } = one;
      const found = stored.get(placeKey(event.session_id, event.id));
      const growth =
        found === undefined
          ? event
          : event.type === 'message' && event.metrics !== undefined
            ? growthOf(found, event.metrics, { book, project, isExact })
            : undefined;
      toSend.set(one, growth);
      if (growth !== undefined) different.push(one);
      else if (event.type === 'message') counts.copies += 1;
    }
    open = different;
  }
  return toSend;
}

async function emit(
  producer: Producer,
  event: MetricEventInput,
  { refuse }: PlacedDraft,
): Promise<boolean> {
  for (;;) {
    try {
      producer.emit(event);
      return true;
    } catch (error) {
      if (error instanceof InvalidEventError) {
        for (const fault of error.faults) refuse(describeFault(fault));
        return false;
      }
      if (!(error instanceof BufferFullError)) throw error;
      await producer.flush();
    }
  }
}

/** Counts an event that is new. */
export function countEvent(event: MetricEventInput, draft: Draft, counts: LogCounts): void {
  counts.seenSessions.add(event.session_id ?? '');
  if (event.corrects !== undefined) {
    counts.corrections += 1;
    return;
  }
  if (event.type === 'tool_call') counts.tool_calls += 1;
  else if (event.type === 'run') counts.runs += 1;
  else {
    counts.messages += 1;
    if (draft.partial === true) counts.partial += 1;
    const time = String(event.occurred_at);
    if (counts.first_message === null || time < counts.first_message) counts.first_message = time;
    if (counts.last_message === null || time > counts.last_message) counts.last_message = time;
  }
}
