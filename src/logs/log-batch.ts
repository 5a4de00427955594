import { placeKey, readCorrectedEvents } from '../corrections/corrected-events.js';
import { describeFault, InvalidEventError } from '../events/fault.js';
import type { MetricEventInput } from '../events/metric-event.js';
import type { Draft, LogFormat } from '../ingest/formats/log/log-format.js';
import type { Producer } from '../ingest/producer.js';
import { BufferFullError } from '../ingest/producer-errors.js';
import type { Database } from '../postgres/database.js';
import type { PriceBook } from '../pricing/price-book.js';
import { claimKeys, lowerRanks } from './claims.js';
import { growthOf } from './grown-event.js';
import type { LogCounts } from './log-summary.js';
import { mergeDrafts, type Pending, type PlacedDraft, wantedClaims } from './merge-drafts.js';
import { findToldElsewhere, type ToldSessions } from './told-elsewhere.js';

/** The destination of events read from logs. */
export interface LogStore {
  readonly database: Database;
  readonly producer: Producer;
  readonly project: number;
  readonly book: PriceBook;
  /** Resolves when all events that are in the queue now are folded. */
  readonly folded: () => Promise<void>;
  /** Resolves when the queue has room for more. */
  readonly room: () => Promise<void>;
}

/**
 * Sends what the drafts have and the log does not, and resolves when the queue has it. A key
 * belongs to the session that claimed it first. Keys that were claimed before are compared with the
 * log, and only the difference is sent. So the result does not depend on how often, in how many
 * pieces, or with which restarts a file is read. Sessions whose program reports them another way
 * are left out.
 */
export async function sendDrafts(
  store: LogStore,
  format: LogFormat,
  drafts: readonly PlacedDraft[],
  counts: LogCounts,
  sessions: ToldSessions,
): Promise<void> {
  const { database, producer, project } = store;
  const claims = await claimKeys(database, project, format.name, wantedClaims(drafts));
  const merged = mergeDrafts(drafts, claims, counts);
  const events = merged.map(({ event }) => event);
  await findToldElsewhere(store, format, events, sessions);
  const pending = merged.filter(({ event: { session_id } }) => {
    const isElsewhere = sessions.isElsewhere.get(session_id) === true;
    if (isElsewhere) counts.elsewhere.add(session_id);
    return !isElsewhere;
  });
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
  // Recorded only now: if it were recorded earlier and the process died, the difference would never
  // be sent.
  await lowerRanks(database, project, format.name, ranks);
}

/** What to send for keys that were claimed before: the event, its correction, or nothing. */
async function compare(
  store: LogStore,
  known: readonly Pending[],
  counts: LogCounts,
): Promise<ReadonlyMap<Pending, MetricEventInput | undefined>> {
  const { database, project, book } = store;
  const toSend = new Map<Pending, MetricEventInput | undefined>();
  let open = known;
  // A difference may still be in the queue. It is compared again once the queue is folded.
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

/** Counts a new event. */
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
