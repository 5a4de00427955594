import type { Measure } from './kinds.js';

/** The measures that are read most often. */
const first = [
  'cost_nanos',
  'tool_cost_nanos',
  'total_tokens',
  'runs',
  'tool_calls',
  'tool_errors',
  'assistant_messages',
  'input_tokens',
  'output_tokens',
];

/**
 * Sorts measures so that they are cheap to read: Postgres goes through a row up to the last column
 * that it needs. The cost of 170,000 rows took 78 ms of CPU as the 33rd column, and 70 ms as the
 * eighth (PostgreSQL 15).
 */
export function inReadOrder<M extends Readonly<Record<string, Measure>>>(measures: M): M {
  const rank = (name: string) => (first.includes(name) ? first.indexOf(name) : first.length);
  const sorted = Object.entries(measures).sort(([a], [b]) => rank(a) - rank(b));
  return Object.fromEntries(sorted) as M;
}
