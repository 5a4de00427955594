import { appendWhole, wholeGroups } from '../append/writer/append-all.js';
import { RunfoldError } from '../environment/runfold-error.js';
import { describeValue } from '../events/fault.js';
import { parseTimestamp } from '../events/timestamp.js';
import type { Database } from '../postgres/database.js';
import { openPriceBook } from '../pricing/price-book.js';
import { checkFlag, checkOptions } from '../query/conditions.js';
import { pricePage } from './price-messages.js';
import type { RepriceReport, UnpricedModel } from './reprice-report.js';
import { firstPage, readPricedPage } from './unpriced-messages.js';

export type { RepriceReport, UnpricedModel } from './reprice-report.js';

/** How often a page is read again because another process corrected its messages, before giving up. */
const mostAttempts = 50;

/** Which messages to price again. */
export interface RepriceOptions {
  /** Defaults to 1. */
  readonly project?: number | undefined;
  /** Messages at this time or later, RFC 3339 with a zone. Defaults to the first. */
  readonly from?: string | undefined;
  /** Messages before this time, in the same form. Defaults to the last. */
  readonly to?: string | undefined;
  /** Only counts, without writing. Defaults to false. */
  readonly dry_run?: boolean | undefined;
  /** Called after each page of messages with what was done so far. */
  readonly on_progress?: ((report: RepriceReport) => void) | undefined;
  /** Stops before the next page of messages. The corrections so far are written, and stay. */
  readonly signal?: AbortSignal | undefined;
}

/** The time range is invalid. */
export class InvalidRangeError extends RunfoldError {
  readonly code = 'invalid_range';
  constructor(
    readonly field: string,
    readonly got: string,
  ) {
    super(`${field}: Expected an RFC 3339 time with a zone, got ${got}.`);
    this.name = 'InvalidRangeError';
  }
}

/** Other processes kept correcting the same messages; the corrections so far are written. */
export class RepriceContendedError extends RunfoldError {
  readonly code = 'reprice_contended';
  constructor(readonly session_id: string) {
    super(
      `Other processes corrected the messages of session ${session_id} first, ` +
        `${mostAttempts} times. What was appended stays; reprice again.`,
    );
    this.name = 'RepriceContendedError';
  }
}

/** Numbers of messages, and nano-dollars. */
type Sums = Record<'messages' | 'reported' | 'corrected' | 'before' | 'difference', number>;
type UnpricedSum = Omit<UnpricedModel, 'kept_cost'> & { readonly kept_nanos: number | null };

/**
 * Prices messages again by the current price book and overrides, and appends the differences as
 * corrections: the log keeps the earlier prices. Reported costs stay. So does the cost of a message
 * that has no price today, and the report says how much that is. A second run changes nothing. If
 * another process corrects messages at the same time, they are checked again, so that of two
 * concurrent runs each reports only its own changes of the totals.
 * @throws InvalidRangeError, InvalidQueryError, RepriceContendedError if other processes do not stop correcting, or the
 * reason of `signal`
 */
export async function reprice(
  database: Database,
  options: RepriceOptions = {},
): Promise<RepriceReport> {
  checkOptions(options, ['project', 'from', 'to', 'dry_run', 'on_progress', 'signal']);
  checkFlag('dry_run', options.dry_run);
  const { project = 1, dry_run = false, on_progress, signal } = options;
  const book = openPriceBook(database);
  await book.refresh();
  const range = { from: parseTime('from', options.from), to: parseTime('to', options.to) };
  const totals: Sums = { messages: 0, reported: 0, corrected: 0, before: 0, difference: 0 };
  const unpriced = new Map<string, UnpricedSum>();
  for (let start = firstPage, attempt = 1; ; attempt++) {
    signal?.throwIfAborted();
    const page = await readPricedPage(database, project, range, start);
    if (page === undefined) break;
    let failed: string | undefined;
    const checked: ReturnType<typeof pricePage>[] = [];
    for (const group of await wholeGroups(database, project, page.events)) {
      const found = pricePage(book, project, group);
      const { corrections, before, difference } = found;
      checked.push(found);
      const isDone =
        dry_run || corrections.length === 0 || (await appendWhole(database, project, corrections));
      if (!isDone) {
        failed = corrections[0]?.session_id ?? '';
        continue;
      }
      totals.corrected += corrections.length;
      totals.before += before;
      totals.difference += difference;
    }
    if (failed !== undefined) {
      if (attempt < mostAttempts) continue;
      throw new RepriceContendedError(failed);
    }
    [start, attempt] = [page.next, 0];
    totals.messages += page.events.length;
    for (const { reported } of checked) totals.reported += reported;
    for (const message of checked.flatMap((found) => found.unpriced)) {
      const { cost_nanos, ...model } = message;
      const key = JSON.stringify(model);
      const { messages = 0, kept_nanos = null } = unpriced.get(key) ?? {};
      const kept = cost_nanos === null ? kept_nanos : (kept_nanos ?? 0) + cost_nanos;
      unpriced.set(key, { ...model, messages: messages + 1, kept_nanos: kept });
    }
    on_progress?.(reportOf(totals, unpriced));
  }
  return reportOf(totals, unpriced);
}

function reportOf(totals: Sums, unpriced: ReadonlyMap<string, UnpricedSum>): RepriceReport {
  return {
    messages: totals.messages,
    reported: totals.reported,
    corrected: totals.corrected,
    cost_before: totals.before / 1e9,
    cost_after: (totals.before + totals.difference) / 1e9,
    difference: totals.difference / 1e9,
    unpriced: [...unpriced.values()]
      .sort((a, b) => b.messages - a.messages)
      .map(({ kept_nanos, ...model }) => ({
        ...model,
        kept_cost: kept_nanos === null ? null : kept_nanos / 1e9,
      })),
  };
}

function parseTime(field: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const micros = parseTimestamp(text);
  if (micros === undefined) throw new InvalidRangeError(field, describeValue(text));
  return micros;
}
