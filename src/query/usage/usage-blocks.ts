import type { UsageRow } from './get-usage.js';

/** Hours of a block. */
const blockHours = 5;
const hourMs = 3_600_000;

/** The usage of one block of five hours. */
export interface UsageBlock {
  /** RFC 3339 in UTC: the start of the hour in which its first message ended. */
  readonly start: string;
  /** Five hours later; not part of it. */
  readonly end: string;
  /** Whether `now` is within it. */
  readonly is_active: boolean;
  readonly messages: number;
  readonly input_tokens: number;
  readonly cached_tokens: number;
  readonly cache_write_tokens: number;
  readonly output_tokens: number;
  readonly total_tokens: number;
  /** US dollars of the messages that have a price. */
  readonly cost: number;
  /** Messages without a price: if above 0, the true cost is higher than `cost`. */
  readonly unpriced_messages: number;
  /** Tokens per minute from the first quarter of an hour with a message to the last. */
  readonly tokens_per_minute: number;
}

type Row = Pick<
  UsageRow,
  | 'bucket_start'
  | 'assistant_messages'
  | 'input_tokens'
  | 'cached_tokens'
  | 'cache_write_tokens'
  | 'output_tokens'
  | 'total_tokens'
  | 'cost'
  | 'unpriced_messages'
>;

/**
 * Blocks of five hours, from rows per quarter of an hour in the order of time. The first message opens
 * a block at its full hour in UTC, and the first message after its end opens the next. This is exact, because
 * every block begins at a full hour.
 */
export function usageBlocks(rows: readonly Row[], now: number): readonly UsageBlock[] {
  const blocks: (UsageBlock & { first: number; last: number })[] = [];
  for (const row of rows) {
    if (!row.assistant_messages || row.bucket_start === null) continue;
    const at = Date.parse(row.bucket_start);
    let block = blocks.at(-1);
    if (block === undefined || at >= Date.parse(block.end)) {
      const start = Math.floor(at / hourMs) * hourMs;
      const end = start + blockHours * hourMs;
      block = {
        start: new Date(start).toISOString(),
        end: new Date(end).toISOString(),
        is_active: now >= start && now < end,
        messages: 0,
        input_tokens: 0,
        cached_tokens: 0,
        cache_write_tokens: 0,
        output_tokens: 0,
        total_tokens: 0,
        cost: 0,
        unpriced_messages: 0,
        tokens_per_minute: 0,
        first: at,
        last: at,
      };
      blocks.push(block);
    }
    const total = block.total_tokens + (row.total_tokens ?? 0);
    const minutes = (at - block.first) / 60_000 + 15;
    blocks[blocks.length - 1] = {
      ...block,
      messages: block.messages + row.assistant_messages,
      input_tokens: block.input_tokens + (row.input_tokens ?? 0),
      cached_tokens: block.cached_tokens + (row.cached_tokens ?? 0),
      cache_write_tokens: block.cache_write_tokens + (row.cache_write_tokens ?? 0),
      output_tokens: block.output_tokens + (row.output_tokens ?? 0),
      total_tokens: total,
      cost: (Math.round(block.cost * 1e9) + Math.round((row.cost ?? 0) * 1e9)) / 1e9,
      unpriced_messages: block.unpriced_messages + (row.unpriced_messages ?? 0),
      tokens_per_minute: Math.round(total / minutes),
      last: at,
    };
  }
  return blocks.map(({ first: _first, last: _last, ...block }) => block);
}
