import { describeValue } from '../events/event-fault.js';
import { nameBasedUuid } from '../events/event-id.js';
import type { MetricEvent } from '../events/metric-event.js';
import { formatTimestamp, parseTimestamp } from '../events/timestamp.js';
import { jobVersions } from '../ingest/event-job.js';
import { openPriceBook, type PriceBook } from '../pricing/price-book.js';
import { appendAndFoldSql } from '../projections/compile.js';
import { projections } from '../projections/projections.js';
import type { Database } from '../store/database.js';
import { decodeJob } from './decode-job.js';
import { type PricedEvent, pricedPages } from './priced-pages.js';
import { statementOn, writeBatch } from './write-batch.js';

/** Which messages to price again. */
export interface RepriceOptions {
  /** Defaults to 1. */
  readonly project?: number | undefined;
  /** Messages from then on, RFC 3339 with a zone. Defaults to the first. */
  readonly from?: string | undefined;
  /** Messages before then, in the same form. Defaults to the last. */
  readonly to?: string | undefined;
  /** Counts, and writes nothing. Defaults to false. */
  readonly dry_run?: boolean | undefined;
}

/** A model whose messages have no price. */
export interface UnpricedModel {
  readonly provider: string | null;
  readonly model: string | null;
  /** The book does not know it, or the event's cached tokens are more than its input. */
  readonly reason: 'unknown_model' | 'inconsistent_tokens';
  readonly messages: number;
}

/** What pricing again comes to, in US dollars. */
export interface RepriceReport {
  /** Messages looked at: the assistant's, with tokens. */
  readonly messages: number;
  /** Those whose cost was reported, and stays. */
  readonly reported: number;
  /** Those that get, or with `dry_run` would get, a correction. */
  readonly corrected: number;
  /** Their cost before, all corrections so far included. */
  readonly cost_before: number;
  readonly cost_after: number;
  /** By which totals move, to the nano-dollar. */
  readonly difference: number;
  readonly unpriced: readonly UnpricedModel[];
}

/** A range that is none. */
export class InvalidRangeError extends Error {
  readonly code = 'invalid_range';
  constructor(
    readonly field: string,
    readonly got: string,
  ) {
    super(`${field}: Expected an RFC 3339 time with a zone, got ${got}.`);
    this.name = 'InvalidRangeError';
  }
}

/**
 * Prices messages again by today's price book and overrides, and appends the differences as
 * corrections: the log keeps what was billed then. Costs that were reported stay. A second run finds
 * nothing to do, and of two at once the log takes each correction once.
 * @throws InvalidRangeError
 */
export async function reprice(
  database: Database,
  options: RepriceOptions = {},
): Promise<RepriceReport> {
  const { project = 1, dry_run = false } = options;
  const book = openPriceBook(database);
  await book.refresh();
  const run = statementOn(database.pool, appendAndFoldSql(projections), false);
  const totals = { messages: 0, reported: 0, corrected: 0, before: 0, difference: 0 };
  const unpriced = new Map<string, UnpricedModel>();
  const range = { from: microsOf('from', options.from), to: microsOf('to', options.to) };
  for await (const page of pricedPages(database, project, range)) {
    const corrections: MetricEvent[] = [];
    for (const event of page) {
      totals.messages += 1;
      if (event.is_reported) {
        totals.reported += 1;
        continue;
      }
      const price = priceOf(book, project, event);
      if ('unpriced' in price) {
        const key = JSON.stringify([event.provider, event.model, price.unpriced]);
        const messages = (unpriced.get(key)?.messages ?? 0) + 1;
        const { provider, model } = event;
        unpriced.set(key, { provider, model, reason: price.unpriced, messages });
        continue;
      }
      const difference = price.cost_nanos - (event.cost_nanos ?? 0);
      if (difference === 0 && event.cost_nanos !== null) continue;
      totals.corrected += 1;
      totals.before += event.cost_nanos ?? 0;
      totals.difference += difference;
      corrections.push(correctionOf(event, difference, price.source));
    }
    if (dry_run || corrections.length === 0) continue;
    const job = { v: jobVersions.objects, project, events: corrections };
    await writeBatch(run, [decodeJob('reprice', job)]);
  }
  return {
    messages: totals.messages,
    reported: totals.reported,
    corrected: totals.corrected,
    cost_before: totals.before / 1e9,
    cost_after: (totals.before + totals.difference) / 1e9,
    difference: totals.difference / 1e9,
    unpriced: [...unpriced.values()].sort((a, b) => b.messages - a.messages),
  };
}

function microsOf(field: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const micros = parseTimestamp(text);
  if (micros === undefined) throw new InvalidRangeError(field, describeValue(text));
  return micros;
}

function priceOf(book: PriceBook, project: number, event: PricedEvent) {
  if (event.model === null) return { unpriced: 'unknown_model' } as const;
  return book.price({
    project,
    provider: event.provider ?? '',
    model: event.model,
    occurred_at_us: event.occurred_at_us,
    tokens: event.tokens,
  });
}

/**
 * The difference as an event of the same time and attributes, so that it lands in the same totals.
 * Its id tells how many corrections came before: the same one from two who correct at once, and
 * another one when a price goes back to what it was.
 */
function correctionOf(event: PricedEvent, difference: number, cost_source: string): MetricEvent {
  const { id, session_id, corrections } = event;
  return {
    ...event.attributes,
    type: 'message',
    role: 'assistant',
    id: nameBasedUuid(JSON.stringify(['correction', session_id, id, corrections + 1])),
    corrects: id,
    session_id,
    run_id: event.run_id,
    occurred_at: formatTimestamp(event.occurred_at_us),
    cost_source,
    metrics: { cost: difference / 1e9 },
  };
}
