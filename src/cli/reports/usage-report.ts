import type { UsageFigure, UsageRow } from '../../query/usage/get-usage.js';
import { bar, sparkline } from '../output/chart.js';
import { absent, costOf, count, dollars, duration } from '../output/format.js';
import { type Column, table } from '../output/table.js';
import type { Terminal } from '../output/terminal.js';

type Row = UsageRow;
/** Rows over time, with the length of their buckets. */
interface Course {
  readonly bucket: string | null;
  readonly rows: readonly Row[];
}

/** A share as `12.3 %`. */
const share = (value: number | null) =>
  value === null ? absent : `${(value * 100).toFixed(value > 0 && value < 0.1 ? 1 : 0)} %`;

/** A figure as text: dollars, seconds, shares or counts. */
export function figureText(name: UsageFigure, value: number | null): string {
  if (name === 'cost') return dollars(value);
  if (name.endsWith('_rate')) return share(value);
  if (name === 'tokens_per_second') return value === null ? absent : value.toFixed(1);
  if (name.includes('time')) return duration(value);
  return count(value);
}

/** A figure of a row; a cost that lacks messages is marked. */
const cellText = (name: UsageFigure, row: Row) =>
  name === 'cost' ? costOf(row) : figureText(name, row[name] ?? null);

/** The figures to read for a table or bars of these: a cost also needs its unpriced messages. */
export function figuresFor(
  shown: readonly UsageFigure[],
  kept: readonly UsageFigure[],
): readonly UsageFigure[] {
  const needed = shown.includes('cost') ? (['unpriced_messages'] as const) : [];
  return [...new Set([...shown, ...needed.filter((name) => kept.includes(name))])];
}

const heads: Partial<Record<UsageFigure, string>> = {
  assistant_messages: 'messages',
  unpriced_messages: 'unpriced',
  input_tokens: 'input',
  output_tokens: 'output',
  cache_hit_rate: 'cached',
  tokens_per_second: 'tokens/s',
  tool_calls: 'calls',
  tool_errors: 'errors',
  error_rate: 'failed',
  run_error_rate: 'runs failed',
  run_time_p95: 'run p95',
  mean_tool_time: 'mean',
  time_p50: 'p50',
  time_p95: 'p95',
  tool_time_p50: 'p50',
  tool_time_p95: 'p95',
  tool_time_p99: 'p99',
};

/** The column of a figure. */
export function figureColumn(name: UsageFigure, drop?: number): Column<Row> {
  const cell = (row: Row) => cellText(name, row);
  return {
    head: heads[name] ?? name,
    cell,
    align: 'right',
    ...(drop === undefined ? {} : { drop }),
  };
}

/** Groups, one line each, with ticks that show a figure over time. */
export function usageTable(
  terminal: Terminal,
  groups: readonly Row[],
  options: {
    readonly group: Column<Row>;
    readonly figures: readonly UsageFigure[];
    readonly series?: Course;
    readonly shown: UsageFigure;
  },
): string {
  const { group, figures, series, shown } = options;
  const columns = [
    group,
    ...figures.map((name, at) => figureColumn(name, at > 0 && name !== shown ? at : undefined)),
  ];
  if (series !== undefined) {
    const lines = new Map<string, number[]>();
    for (const row of series.rows) {
      const key = group.cell(row);
      const values = lines.get(key) ?? [];
      values.push(row[shown] ?? 0);
      lines.set(key, values);
    }
    columns.push({
      head: `${heads[shown] ?? shown} by ${series.bucket}`,
      cell: (row) => sparkline(lines.get(group.cell(row)) ?? [], 30),
      drop: 100,
      paint: (text) => terminal.colors.cyan(text),
    });
  }
  return table(terminal, columns, groups);
}

/** A figure over time, a bar for each bucket. */
export function usageBars(
  terminal: Terminal,
  { bucket, rows }: Course,
  shown: UsageFigure,
): string[] {
  const isDays = bucket !== 'hour' && bucket !== '15m';
  const most = Math.max(0, ...rows.map((row) => row[shown] ?? 0));
  return rows.map((row) => {
    const label = (row.bucket_local ?? '').slice(0, isDays ? 10 : 16);
    const text = cellText(shown, row).padStart(10);
    return `${terminal.colors.dim(label)} ${text}  ${terminal.colors.cyan(bar(row[shown] ?? 0, most, 40))}`.trimEnd();
  });
}
