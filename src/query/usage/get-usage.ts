import { oneOfNames } from '../../events/check/nearest-name.js';
import { describeValue } from '../../events/fault.js';
import type { Database } from '../../postgres/database.js';
import { checkOptions } from '../conditions.js';
import { InvalidQueryError } from '../query-errors.js';
import { filledRows, type ReadRow, shownRows } from './filled-rows.js';
import { readSums } from './read-sums.js';
import { isSummed, type SumColumns, sumsFor } from './usage-figures.js';
import { groupKey, type QuantileName, readQuantiles } from './usage-quantiles.js';
import { quarterRange } from './usage-range.js';
import {
  figuresBy,
  figuresOf,
  type UsageFigure,
  type UsageOptions,
  type UsageRow,
  type UsageSeries,
  usageFigures,
  usageOptionNames,
} from './usage-series.js';
import { hasIndex, sourceOf, sumsOf, type UsageDimension } from './usage-sources.js';
import { questionOf, type UsageQuestion } from './usage-statement.js';

export {
  figuresBy,
  figuresOf,
  type UsageFigure,
  type UsageOptions,
  type UsageRow,
  type UsageSeries,
  usageFigures,
} from './usage-series.js';

/**
 * Usage over time, by model, tool, agent, team, workflow or user: sums are exact, quantiles
 * within 1 %. Messages, tool calls and runs count at the time when they ended, each for the user, agent, team and
 * workflow that it names.
 * @throws InvalidQueryError also if the result would have more than 50,000 rows
 */
export async function getUsage<F extends UsageFigure = UsageFigure>(
  database: Database,
  { before_from, before_to, ...options }: UsageOptions<F>,
): Promise<UsageSeries<F>> {
  checkOptions(options, usageOptionNames);
  if (before_from === undefined && before_to === undefined) return readSeries(database, options);
  if (before_from === undefined || before_to === undefined) {
    const [missing, given] =
      before_from === undefined
        ? (['before_from', 'before_to'] as const)
        : (['before_to', 'before_from'] as const);
    throw new InvalidQueryError(missing, `a time, because there is a ${given}`, 'nothing');
  }
  const [series, { from, to, rows }] = await Promise.all([
    readSeries(database, options),
    readSeries(database, { ...options, from: before_from, to: before_to }),
  ]);
  return { ...series, before: { from, to, rows } };
}

/** The usage of one range. @throws InvalidQueryError */
async function readSeries<F extends UsageFigure = UsageFigure>(
  database: Database,
  options: UsageOptions<F>,
): Promise<UsageSeries<F>> {
  const { top, order_by = 'cost', fill = true } = options;
  const range = quarterRange(options);
  const question = questionOf(range, options);
  const { group_by, used } = question;
  checkFigure('order_by', order_by, used);
  for (const name of options.figures ?? []) checkFigure('figures', name, used);
  if (top !== undefined && (!Number.isInteger(top) || top < 1 || top > 1_000)) {
    throw new InvalidQueryError('top', 'an integer from 1 to 1000', describeValue(top));
  }
  const figures = figuresOf(options);
  let groups: string[][] | undefined;
  const isTop = range.bucket !== null && top !== undefined && group_by.length > 0;
  // Figures that are sums can be ranked in the same statement. With thousands of users it would sum
  // all buckets, so those are ranked separately by day, and then only the top ones are read by
  // their index.
  if (isTop && (!isSummed(order_by) || group_by.some(hasIndex))) {
    const whole = { ...question, range: { ...range, bucket: null }, buckets: [] };
    const { rows } = await readRows(database, whole, { read: [order_by], order_by, top });
    groups = rows.map(({ names }) => [...names]);
  }
  const { rows, columns } = await readRows(database, question, {
    read: figures,
    order_by,
    top,
    groups,
  });
  const { first: _first, end: _end, ...answer } = range;
  // One row for the whole range is the answer, not an empty bucket.
  const isOneRow = group_by.length === 0 && question.buckets.length === 0;
  const filled = fill || isOneRow ? filledRows(question, rows) : rows;
  return {
    ...answer,
    group_by,
    rows: shownRows(question, filled, columns, figures) as Record<
      string,
      unknown
    >[] as UsageRow<F>[],
  };
}

/** Checks that a figure exists and is stored for some dimensions. @throws InvalidQueryError */
function checkFigure(field: string, name: UsageFigure, used: readonly UsageDimension[]): void {
  if (!usageFigures.includes(name)) {
    throw new InvalidQueryError(field, oneOfNames(usageFigures, name), describeValue(name));
  }
  const kept = figuresBy(used);
  if (kept.includes(name)) return;
  throw new InvalidQueryError(
    field,
    `a figure that is kept by ${used.join(' and ')}: ${kept.join(', ')}`,
    describeValue(name),
  );
}

async function readRows(
  database: Database,
  question: UsageQuestion,
  options: {
    readonly read: readonly UsageFigure[];
    readonly order_by: UsageFigure;
    readonly top: number | undefined;
    readonly groups?: readonly (readonly string[])[] | undefined;
  },
): Promise<{ readonly rows: readonly ReadRow[]; readonly columns: SumColumns }> {
  const { order_by, top: limit, groups } = options;
  const isRanked = question.buckets.length === 0;
  const isTop = !isRanked && limit !== undefined && groups === undefined && isSummed(order_by);
  const top = isTop && question.group_by.length > 0 ? { by: order_by, limit } : undefined;
  const read = isRanked || top !== undefined ? [...options.read, order_by] : options.read;
  const needed = new Set(read.filter(isSummed).flatMap(sumsFor));
  const held = sumsOf(sourceOf(question.used));
  const asked = held.filter(({ name }) => needed.has(name));
  const most = isRanked && isSummed(order_by) ? { by: order_by, limit } : undefined;
  // Without sums, quantiles still have groups and buckets.
  const sums = asked.length === 0 ? held.slice(0, 1) : asked;
  const { rows: found, columns } = await readSums(database, question, { sums, groups, most, top });
  const quantiles = read.filter((name): name is QuantileName => !isSummed(name));
  const spread =
    quantiles.length === 0
      ? undefined
      : await readQuantiles(
          database,
          question,
          quantiles,
          top === undefined ? groups : groupsOf(found),
        );
  const rows = found.map(
    ({ at, names, place }): ReadRow => ({
      at,
      names,
      place,
      quantiles: spread?.get(groupKey(at, names)),
    }),
  );
  if (!isRanked || isSummed(order_by)) return { rows, columns };
  // Rows are sorted by their names; a stable sort keeps that order between equal rows.
  const size = (row: ReadRow) => row.quantiles?.[order_by] ?? Number.NEGATIVE_INFINITY;
  return { rows: rows.sort((a, b) => size(b) - size(a) || 0).slice(0, limit), columns };
}

/** The groups of some rows, each once. */
function groupsOf(rows: readonly { readonly names: readonly string[] }[]) {
  return [...new Map(rows.map(({ names }) => [groupKey(0, names), names])).values()];
}
