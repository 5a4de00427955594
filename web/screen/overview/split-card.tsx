import { useRef, useState } from 'preact/hooks';
import { here, parameter, parameters } from '../../address/parameters.js';
import { span } from '../../address/range.js';
import { zoomTo } from '../../address/zoom.js';
import type { UsageSeries } from '../../ask/usage.js';
import { usageQuestion, usageUrl, useUsage } from '../../ask/usage.js';
import { savePictureOf } from '../../chart/picture.js';
import { TimeChart } from '../../chart/time-chart.js';
import { csvOf, saveText } from '../../figure/csv.js';
import { Given } from '../../part/given.js';
import { later } from '../../part/later.js';
import { Menu } from '../../part/menu.js';
import { Segments } from '../../part/segments.js';
import { KeyTable } from './key-table.js';
import { LabelChoice } from './label-choice.js';
import {
  labelSplit,
  type Metric,
  metrics,
  type Split,
  sessionOrders,
  splits,
  whyNot,
} from './metrics.js';
import { countGroups, splitData } from './split-data.js';
import { sqlOf } from './split-sql.js';

const TopSessions = later(
  async () => (await import('./top-sessions.js')).TopSessions,
  'shape-chart',
);
const SpeedCard = later(async () => (await import('./speed-card.js')).SpeedCard, 'shape-chart');

/** The maximum number of groups that are read. Nobody can tell more apart. */
const mostGroups = 50;

/** The chosen figure over time, split into parts, with a table of them beside it. */
export function SplitCard() {
  const metric = metrics.find(({ name }) => name === parameter('metric')) ?? (metrics[0] as Metric);
  const by = parameter('by') ?? 'model';
  const asked = splits.find(({ name }) => name === by) ?? labelSplit(by);
  const all = asked === undefined || splits.includes(asked) ? splits : [...splits, asked];
  const possible = all.filter((one) => whyNot(metric, one) === undefined);
  const split = possible.find((one) => one === asked) ?? possible[0];
  return (
    <section class="card split" aria-label={`${metric.text} over time`}>
      <header class="split-head">
        <Segments
          label="Figure"
          chosen={metric.name}
          options={metrics.map(({ name, text }) => ({ value: name, text }))}
          href={(name) => here({ metric: name, hide: undefined })}
        />
        <span class="by">by</span>
        <Segments
          label="Split"
          chosen={split?.name ?? 'model'}
          options={all
            .filter(
              ({ name }) =>
                (name !== 'kind' || metric.name === 'tokens') &&
                (name !== 'session' || metric.name in sessionOrders),
            )
            .map((one) => ({ value: one.name, text: one.text, off: whyNot(metric, one) }))}
          href={(name) => here({ by: name, hide: undefined })}
        />
        {metric.splits.includes('label') && <LabelChoice chosen={split?.name ?? ''} />}
      </header>
      {split === undefined ? (
        <p class="nothing">
          {metric.text} is {whyNot(metric, splits[0] as Split)}. Remove the filter to see it.
        </p>
      ) : metric.kind === 'lines' ? (
        <SpeedCard metric={metric} />
      ) : split.name === 'session' ? (
        <TopSessions metric={metric} />
      ) : (
        <SplitChart metric={metric} split={split} />
      )}
    </section>
  );
}

function SplitChart({ metric, split }: { readonly metric: Metric; readonly split: Split }) {
  const [lit, setLit] = useState<string>();
  const card = useRef<HTMLDivElement>(null);
  const compares = parameter('compare') !== 'off';
  const figures = [metric.order(split.name), ...leastBy(metric, split)];
  const common = {
    buckets: true,
    group_by: split.dimension === undefined ? [] : [split.dimension],
    quantiles: false,
    figures: split.dimension === undefined ? metric.figures : figures,
    ...(split.dimension === undefined
      ? {}
      : { top: mostGroups, order_by: metric.order(split.name) }),
  };
  const question = usageQuestion({ ...common, compares });
  const asked = useUsage('split', question);
  const isCut = [asked.value, asked.value?.before].some(
    (series) => series !== undefined && countGroups(metric, split, series.rows) >= mostGroups,
  );
  // Totals of all events include those without a tool, and those without the label.
  const hasWhole = split.dimension !== 'tool_name' && !split.name.startsWith('label:');
  const whole = useUsage(
    'whole',
    isCut && hasWhole
      ? usageQuestion({ buckets: true, quantiles: false, figures, compares })
      : undefined,
  );
  // An old response with another split or figure would show its rows under this header.
  const isSame = ({ group_by, rows: [row] }: UsageSeries) =>
    (group_by ?? []).join() === common.group_by.join() &&
    (row === undefined || metric.figureOf(row, split.name) !== undefined);
  return (
    <Given asked={asked} shape={<div class="shape-chart" />}>
      {(series) => {
        if (!isSame(series)) return <div class="shape-chart" />;
        const old = compares ? series.before : undefined;
        const rest = isCut && !asked.isOld && !whole.isOld ? whole.value : undefined;
        const data = splitData(metric, split, series.rows, old?.rows, rest);
        const hidden = new Set(parameters('hide'));
        const shown = data.parts.filter(({ name }) => !hidden.has(name));
        return (
          <div class="split-body" ref={card}>
            <div class="split-chart">
              <TimeChart
                label={`${metric.text} by ${split.text.toLowerCase()}`}
                buckets={data.buckets}
                bucket={series.bucket ?? 'day'}
                kind="bars"
                series={shown}
                format={metric.format}
                brief={metric.axis ?? metric.brief}
                least={data.least}
                before={hidden.size === 0 && old !== undefined ? data.before : undefined}
                isOpen={span.value.to === undefined}
                lit={lit}
                onZoom={(first, last) => zoomTo(data.buckets, first, last)}
              />
            </div>
            <div class="split-key">
              <div class="key-actions">
                {compares && (
                  <span class="faint before-key">
                    <svg width="22" height="6" aria-hidden="true">
                      <path class="before" d="M0 3h22" />
                    </svg>{' '}
                    previous period
                  </span>
                )}
                <Menu
                  label={`${metric.text} by ${split.text.toLowerCase()}`}
                  origin={{ url: usageUrl(question), sql: sqlOf(split, question.from) }}
                  csv={() =>
                    saveText(
                      `${metric.name}-by-${split.name}.csv`,
                      'text/csv',
                      csvOf(csvRows(data)),
                    )
                  }
                  picture={() =>
                    void savePictureOf(card.current, `${metric.name}-by-${split.name}`)
                  }
                />
              </div>
              <KeyTable
                metric={metric}
                split={split}
                total={isCut && rest === undefined ? `The ${mostGroups} with the most` : 'Total'}
                parts={data.parts}
                lacks={data.least.size > 0}
                hidden={hidden}
                light={setLit}
              />
            </div>
          </div>
        );
      }}
    </Given>
  );
}

/**
 * The count that shows whether a figure is incomplete. Tool calls have no price that could be
 * missing.
 */
const leastBy = ({ leastBy: name }: Metric, { dimension }: Split) =>
  name === undefined || dimension === 'tool_name' ? [] : [name];

function csvRows({ buckets, parts }: ReturnType<typeof splitData>): readonly object[] {
  return buckets.map(({ start, local }, at) => ({
    bucket_start: start,
    bucket_local: local,
    ...Object.fromEntries(parts.map(({ name, values }) => [name, values[at] ?? null])),
  }));
}
