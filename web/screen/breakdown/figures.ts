import type { UsageRow } from '../../ask/usage.js';
import { atLeast, dollars, isLeast, percent, seconds, short, whole } from '../../figure/figures.js';
import type { Figure } from './kind.js';

export const ratio = (a: number | null = null, b: number | null = null) =>
  a === null || b === null || b === 0 ? null : a / b;

/** Dollars, as a minimum if messages without a price are missing. */
export const costText = (value: number | null, row: UsageRow) =>
  atLeast(dollars(value), isLeast(row));

export const cost: Figure = {
  key: 'cost',
  of: ['cost', 'unpriced_messages'],
  head: 'Cost',
  figureOf: (row) => row.cost ?? null,
  format: costText,
  bar: 'plain',
};
export const tokens: Figure = {
  key: 'total_tokens',
  head: 'Tokens',
  figureOf: (row) => row.total_tokens ?? null,
  format: short,
  isWide: 'phone',
};
/** The same with a bar that is divided into cached input, other input and output. */
export const tokensByKind: Figure = {
  ...tokens,
  of: ['total_tokens', 'input_tokens', 'cached_tokens', 'output_tokens'],
  bar: 'tokens',
};
export const withoutPrice: Figure = {
  key: 'unpriced_messages',
  head: 'No price',
  figureOf: (row) => row.unpriced_messages ?? null,
  format: whole,
  isWide: true,
  isRare: true,
};
export const calls: Figure = {
  key: 'assistant_messages',
  head: 'Model calls',
  figureOf: (row) => row.assistant_messages ?? null,
  format: whole,
  isWide: true,
};
export const toolCalls: Figure = {
  key: 'tool_calls',
  head: 'Tool calls',
  figureOf: (row) => row.tool_calls ?? null,
  format: whole,
  isWide: true,
};
export const failed: Figure = {
  key: 'error_rate',
  head: 'Failed',
  figureOf: (row) => row.error_rate ?? null,
  format: percent,
  bar: 'bad',
};
export const cached: Figure = {
  key: 'cache_hit_rate',
  head: 'Cached',
  figureOf: (row) => row.cache_hit_rate ?? null,
  format: percent,
  isWide: true,
};
export const runs: Figure = {
  key: 'runs',
  head: 'Runs',
  figureOf: (row) => row.runs ?? null,
  format: whole,
};
export const costOfRun: Figure = {
  key: 'cost_run',
  of: ['cost', 'unpriced_messages', 'runs'],
  head: 'Cost per run',
  figureOf: (row) => ratio(row.cost, row.runs),
  format: costText,
  isWide: true,
};
export const quantile = (key: keyof UsageRow & string, head: string, isWide = true): Figure => ({
  key,
  head,
  figureOf: (row) => row[key] as number | null,
  format: seconds,
  isWide,
});
