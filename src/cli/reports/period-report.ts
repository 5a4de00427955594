import type { UsageRow, UsageSeries } from '../../query/usage/get-usage.js';
import { absent, costOf, count } from '../output/format.js';
import { type Column, table } from '../output/table.js';
import type { Terminal } from '../output/terminal.js';

/** Figures of a period, or of one model in it. */
export interface PeriodFigures {
  readonly messages: number;
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly cache_write_tokens: number;
  readonly cached_tokens: number;
  readonly total_tokens: number;
  /** US dollars of the messages that have a price. */
  readonly cost: number;
  /** Messages without a price. */
  readonly unpriced_messages: number;
}

/** One model in a period. */
export interface PeriodModel extends PeriodFigures {
  /** Null for messages without a model. */
  readonly model: string | null;
}

/** One day, week or month. */
export interface Period extends PeriodFigures {
  /** `2026-03-08`; `2026-03` for a month; the Monday for a week. */
  readonly period: string;
  readonly models: readonly PeriodModel[];
}

/** Periods, newest last, and their sum. */
export interface PeriodReport {
  readonly from: string;
  readonly to: string;
  readonly time_zone: string;
  readonly periods: readonly Period[];
  readonly total: PeriodFigures;
}

const sums = [
  'messages',
  'input_tokens',
  'output_tokens',
  'cache_write_tokens',
  'cached_tokens',
  'total_tokens',
  'unpriced_messages',
] as const;

/** A series by model as periods: the same query as `runfold usage`, grouped by period first. */
export function toPeriodReport(series: UsageSeries): PeriodReport {
  const length = series.bucket === 'month' ? 7 : 10;
  const periods = new Map<string, PeriodModel[]>();
  for (const row of series.rows) {
    if (!row.assistant_messages) continue;
    const period = (row.bucket_local ?? '').slice(0, length);
    periods.set(period, [...(periods.get(period) ?? []), toPeriodModel(row)]);
  }
  const rows = [...periods].map(([period, models]): Period => {
    models.sort((a, b) => b.cost - a.cost || b.total_tokens - a.total_tokens);
    return { period, ...addFigures(models), models };
  });
  const { from, to, time_zone } = series;
  return { from, to, time_zone, periods: rows, total: addFigures(rows) };
}

function toPeriodModel(row: UsageRow): PeriodModel {
  const messages = row.assistant_messages ?? 0;
  return {
    model: row.model ?? null,
    messages,
    input_tokens: row.input_tokens ?? 0,
    output_tokens: row.output_tokens ?? 0,
    cache_write_tokens: row.cache_write_tokens ?? 0,
    cached_tokens: row.cached_tokens ?? 0,
    total_tokens: row.total_tokens ?? 0,
    cost: row.cost ?? 0,
    unpriced_messages: row.unpriced_messages ?? 0,
  };
}

function addFigures(rows: readonly PeriodFigures[]): PeriodFigures {
  const total = Object.fromEntries(
    sums.map((name) => [name, rows.reduce((sum, row) => sum + row[name], 0)]),
  ) as Record<(typeof sums)[number], number>;
  const nanos = rows.reduce((sum, row) => sum + Math.round(row.cost * 1e9), 0);
  return { ...total, cost: nanos / 1e9 };
}

interface Line extends PeriodFigures {
  readonly label: string;
  readonly models: string;
  readonly kind: 'period' | 'model' | 'sum';
}

/** The report as a table with a row of sums, and the messages without a price. */
export function periodLines(
  terminal: Terminal,
  report: PeriodReport,
  head: string,
  hasBreakdown: boolean,
): string[] {
  const { bold, dim, yellow } = terminal.colors;
  const lines: Line[] = report.periods.flatMap(({ period, models, ...figures }) => [
    {
      label: period,
      models: models.map(({ model }) => model ?? absent).join(', '),
      kind: 'period' as const,
      ...figures,
    },
    ...(hasBreakdown
      ? models.map(({ model, ...own }) => ({
          label: '',
          models: `  ${model ?? absent}`,
          kind: 'model' as const,
          ...own,
        }))
      : []),
  ]);
  lines.push({ label: 'sum', models: '', kind: 'sum', ...report.total });
  const figure = (name: string, pick: (row: Line) => number, drop?: number): Column<Line> => ({
    head: name,
    cell: (row) => count(pick(row)),
    align: 'right',
    ...(drop === undefined ? {} : { drop }),
    paint: paintOf,
  });
  const paintOf = (text: string, { kind }: Line) =>
    kind === 'model' ? dim(text) : kind === 'sum' ? bold(text) : text;
  const columns: Column<Line>[] = [
    { head, cell: ({ label }) => label },
    { head: 'models', cell: ({ models }) => models, least: 14, paint: paintOf },
    figure('input', (row) => row.input_tokens),
    figure('output', (row) => row.output_tokens),
    figure('cache write', (row) => row.cache_write_tokens, 2),
    figure('cache read', (row) => row.cached_tokens, 1),
    figure('total', (row) => row.total_tokens, 3),
    { head: 'cost', cell: costOf, align: 'right', paint: paintOf },
  ];
  return [table(terminal, columns, lines), ...unpricedLines(report).map((line) => yellow(line))];
}

/** Names the messages without a price, so that they are not taken for free. */
function unpricedLines({ periods }: PeriodReport): string[] {
  const messages = new Map<string, number>();
  for (const { models } of periods) {
    for (const { model, unpriced_messages } of models) {
      if (unpriced_messages === 0) continue;
      const name = model ?? 'no model';
      messages.set(name, (messages.get(name) ?? 0) + unpriced_messages);
    }
  }
  return [...messages].map(
    ([model, number]) =>
      `Without a price, missing from the cost: ${count(number)} of ${model}. See "runfold prices set --help".`,
  );
}
