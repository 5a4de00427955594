import type { BudgetStanding, BudgetUse } from '../../../src/client.js';
import type { Bucket } from '../../address/range.js';
import { now } from '../../address/range.js';
import type { UsageDimension, UsageQuestion, UsageRow } from '../../ask/usage.js';
import { usageUrl, useUsage } from '../../ask/usage.js';
import { LineKey } from '../../chart/line-key.js';
import { type ChartSeries, TimeChart } from '../../chart/time-chart.js';
import { csvOf, saveText } from '../../figure/csv.js';
import { short, shortDollars } from '../../figure/figures.js';
import { Card } from '../../part/card.js';
import { Given } from '../../part/given.js';
import { amountOf, measureWords } from '../budgets/budget-words.js';

const hour = 3_600_000;

/**
 * The accumulated use since the window began, against the limit, and a forecast at the current
 * pace.
 */
export function BudgetCourse({
  budget,
  use,
}: {
  readonly budget: BudgetStanding;
  readonly use: BudgetUse;
}) {
  const { measure } = budget;
  const question = questionOf(budget, use.value);
  const asked = useUsage('budget-course', question);
  // Sessions and runs are stored as a whole, not over time.
  if (question === undefined) return null;
  return (
    <Card
      title={`${measureWords[measure]} in this window`}
      origin={{ url: usageUrl(question) }}
      picture={budget.name}
      csv={() => saveText('budget.csv', 'text/csv', csvOf(asked.value?.rows ?? []))}
    >
      <Given asked={asked} shape={<div class="shape-chart" />}>
        {({ rows, bucket }) => {
          const buckets = rows.flatMap(({ bucket_start: start, bucket_local: local }) =>
            start === null || local === null ? [] : [{ start, local }],
          );
          const series = seriesOf(budget, rows, buckets);
          return (
            <div class="chart-room">
              <TimeChart
                label={`${measureWords[measure]} used, added up, against the limit`}
                buckets={buckets}
                bucket={bucket ?? 'day'}
                kind="lines"
                height={220}
                series={series}
                format={(value) => (value === null ? '–' : amountOf(measure, value))}
                brief={measure === 'cost' ? shortDollars : short}
              />
              <LineKey series={series} />
            </div>
          );
        }}
      </Given>
    </Card>
  );
}

function questionOf(budget: BudgetStanding, value: string | null): UsageQuestion | undefined {
  const { scope, label, measure, window_start, resets_at, time_zone, window } = budget;
  if (scope === 'session' || scope === 'run') return undefined;
  if (scope !== 'project' && value === null) return undefined;
  const dimension: UsageDimension | undefined =
    scope === 'project'
      ? undefined
      : scope === 'label'
        ? `label:${label ?? ''}`
        : scope === 'model'
          ? 'model'
          : `${scope}_id`;
  const isOpen = resets_at === null || window.startsWith('rolling');
  const length = (isOpen ? now.value : Date.parse(resets_at ?? '')) - Date.parse(window_start);
  return {
    from: window_start,
    to: isOpen ? undefined : (resets_at ?? undefined),
    bucket: bucketFor(length),
    time_zone,
    figures: [measure],
    quantiles: false,
    ...(dimension === undefined ? {} : { filters: { [dimension]: value ?? '' } }),
  };
}

function bucketFor(length: number): Bucket {
  if (length <= 3 * hour) return '15m';
  if (length <= 4 * 24 * hour) return 'hour';
  return length <= 93 * 24 * hour ? 'day' : 'week';
}

/**
 * The use so far, the forecast, and the limit. Sums are integer billionths, as the totals add
 * dollars.
 */
function seriesOf(
  budget: BudgetStanding,
  rows: readonly UsageRow[],
  buckets: readonly { readonly start: string }[],
): readonly ChartSeries[] {
  const { measure, limit, window } = budget;
  const last = buckets.findLastIndex(({ start }) => Date.parse(start) <= now.value);
  let sum = 0n;
  const used = rows.map((row, at) => {
    sum += BigInt(Math.round((row[measure] ?? 0) * 1e9));
    return at <= last ? Number(sum) / 1e9 : null;
  });
  const total = used[last] ?? 0;
  const ahead = buckets.length - 1 - last;
  const start = Date.parse(budget.window_start);
  const per = (Date.parse(budget.resets_at ?? '') - start) / buckets.length;
  const passed = now.value - start;
  // At the end of a bucket, as the use: the last one is the forecast for the end of the window.
  const paced = (at: number) => (total / passed) * (at + 1) * per;
  const pacing: ChartSeries[] =
    ahead > 0 && passed > 0 && !window.startsWith('rolling') && total > 0
      ? [
          {
            name: 'at this pace',
            colour: 'c3',
            values: buckets.map((_, at) => (at < last ? null : at === last ? total : paced(at))),
            dash: 'dashed',
          },
        ]
      : [];
  return [
    { name: 'used', colour: 'c1', values: used },
    ...pacing,
    { name: 'limit', colour: 'failed', values: buckets.map(() => limit), dash: 'dashed' },
  ];
}
