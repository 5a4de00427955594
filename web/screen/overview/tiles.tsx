import type { ComponentChildren } from 'preact';
import type { UsageRow } from '../../ask/usage.js';
import { Spark } from '../../chart/spark.js';
import { costOf, exactCostOf, none, percent, seconds, short, whole } from '../../figure/figures.js';
import { Change } from '../../part/change.js';
import { changeOf } from './metrics.js';

interface Tile {
  readonly name: string;
  readonly figureOf: (row: UsageRow) => number | null;
  readonly format: (value: number | null, row: UsageRow) => string;
  readonly exact?: (value: number | null, row: UsageRow) => string;
  readonly isBad?: boolean;
  readonly note?: (row: UsageRow) => ComponentChildren;
}

const tiles: readonly Tile[] = [
  {
    name: 'Cost',
    figureOf: (row) => row.cost ?? null,
    format: (_, row) => costOf(row),
    exact: (_, row) => exactCostOf(row),
    isBad: true,
    note: (row) =>
      (row.unpriced_messages ?? 0) > 0 && `${short(row.unpriced_messages)} without a price`,
  },
  {
    name: 'Tokens',
    figureOf: (row) => row.total_tokens ?? null,
    format: short,
    exact: whole,
    note: (row) => row.cache_hit_rate !== null && `${percent(row.cache_hit_rate)} cached`,
  },
  {
    name: 'Runs',
    figureOf: (row) => row.runs ?? null,
    format: short,
    exact: whole,
    // It counts runs that ended: one that has only sent a message is not among them.
    note: (row) =>
      row.runs === 0
        ? 'none has ended'
        : row.failed_runs !== null && `${whole(row.failed_runs)} failed`,
  },
  {
    name: 'Tool errors',
    figureOf: (row) => row.error_rate ?? null,
    format: percent,
    isBad: true,
    note: (row) =>
      row.tool_calls === 0
        ? 'no tool was called'
        : row.tool_calls !== null && `${whole(row.tool_errors)} of ${short(row.tool_calls)}`,
  },
  {
    name: 'Answer time p95',
    figureOf: (row) => row.time_p95 ?? null,
    format: seconds,
    isBad: true,
    note: (row) => row.time_p50 !== null && `p50 ${seconds(row.time_p50)}`,
  },
  {
    name: 'First token p95',
    figureOf: (row) => row.time_to_first_token_p95 ?? null,
    format: seconds,
    isBad: true,
    note: (row) =>
      row.time_to_first_token_p50 !== null && `p50 ${seconds(row.time_to_first_token_p50)}`,
  },
];

/** The figures of the tiles and of their lines. */
export const tileFigures = [
  ...['cost', 'unpriced_messages', 'total_tokens', 'cache_hit_rate', 'runs', 'failed_runs'],
  ...['tool_calls', 'tool_errors', 'error_rate', 'assistant_messages'],
  ...['time_p50', 'time_p95', 'time_to_first_token_p50', 'time_to_first_token_p95'],
];
export const courseFigures = [
  ...['cost', 'total_tokens', 'runs', 'error_rate', 'time_p95', 'time_to_first_token_p95'],
];

/** The range in six figures, each with its change and its trend. */
export function Tiles({
  row,
  before,
  course,
}: {
  readonly row: UsageRow | undefined;
  readonly before: UsageRow | undefined;
  readonly course: readonly UsageRow[];
}) {
  return (
    <dl class="tiles card">
      {tiles.map(({ name, figureOf, format, exact, isBad, note }) => {
        const value = row === undefined ? null : figureOf(row);
        const change = before === undefined ? undefined : changeOf(value, figureOf(before));
        const text = row === undefined ? none : format(value, row);
        return (
          <div class="tile" key={name}>
            <dt>{name}</dt>
            <dd>
              <strong
                class={text.length > 9 ? 'long' : undefined}
                title={
                  row === undefined || value === null
                    ? 'Not reported, or not available with these filters'
                    : exact?.(value, row)
                }
              >
                {text}
              </strong>
              <span class="tile-notes">
                <Change value={change} isBad={isBad} />
                {row !== undefined && <span class="faint">{note?.(row)}</span>}
              </span>
              <Spark values={course.map(figureOf)} />
            </dd>
          </div>
        );
      })}
    </dl>
  );
}
