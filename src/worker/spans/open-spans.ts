import type { Logger } from 'pino';
import type { WrittenBatch } from '../../append/written-batch.js';
import type { Database } from '../../postgres/database.js';
import { openPriceBook, type PriceBook } from '../../pricing/price-book.js';
import type { Projection } from '../../projections/language/projection.js';
import { projections as allProjections } from '../../projections/projections.js';
import { readShardMap } from '../../store/shards/open-shard-map.js';
import { appendEventsWith } from './append-events.js';
import type { SpanInbox } from './inbox.js';
import { createSpanCommit, type SpanCommit } from './span-commit.js';
import { createSpanInbox } from './span-inbox.js';
import { startSweep } from './sweep-spans.js';

/** Settings of the inbox of spans. */
export interface SpanInboxOptions {
  readonly database: Database;
  readonly projections?: readonly Projection[] | undefined;
  /** Seconds that spans wait for a missing parent; 0 to not wait. Defaults to 600. */
  readonly span_wait_seconds?: number | undefined;
  /** Days that spans are remembered after their trace was last seen; 0 for forever. Defaults to 30. */
  readonly span_keep_days?: number | undefined;
}

/** Opens the inbox of spans. It has nothing to close. */
export function openSpanInbox(
  options: SpanInboxOptions,
  book: PriceBook = openPriceBook(options.database),
): SpanInbox {
  return createSpanInbox({
    database: options.database,
    async prepare() {
      await book.refresh();
      return readShardMap(options.database);
    },
    append: appendEventsWith({
      book,
      database: options.database,
      projections: options.projections ?? allProjections,
    }),
    waitSeconds: options.span_wait_seconds ?? 600,
  });
}

/** The part of a worker that takes spans. */
export interface SpanPart extends SpanCommit {
  close(): Promise<void>;
}

/** Opens the part of a worker that takes spans, and the sweep that ends their waits. */
export function openSpanPart(
  options: SpanInboxOptions & {
    readonly log: Logger;
    readonly onBatch: ((batch: WrittenBatch) => void) | undefined;
    readonly onJob: (spans: number) => void;
  },
  book: PriceBook,
): SpanPart {
  const { log, onBatch, onJob } = options;
  const commit = createSpanCommit({ inbox: openSpanInbox(options, book), log, onBatch, onJob });
  const sweep = startSweep({
    database: options.database,
    commit,
    log,
    keepDays: options.span_keep_days ?? 30,
  });
  return {
    ...commit,
    async close() {
      commit.abandon();
      await sweep.close();
    },
  };
}
