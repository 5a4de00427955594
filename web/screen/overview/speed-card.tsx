import { useRef, useState } from 'preact/hooks';
import { span } from '../../address/range.js';
import { zoomTo } from '../../address/zoom.js';
import { usageQuestion, usageUrl, useUsage } from '../../ask/usage.js';
import { savePictureOf } from '../../chart/picture.js';
import { type ChartSeries, TimeChart } from '../../chart/time-chart.js';
import { coloursOf } from '../../figure/colours.js';
import { csvOf, saveText } from '../../figure/csv.js';
import { seconds } from '../../figure/figures.js';
import { Dot } from '../../part/dot.js';
import { Given } from '../../part/given.js';
import { Menu } from '../../part/menu.js';
import type { Metric } from './metrics.js';
import { noName } from './split-data.js';

/**
 * Quantiles of a time: lines over the buckets for p50, p95 and p99, and those of each model beside
 * them.
 */
export function SpeedCard({ metric }: { readonly metric: Metric }) {
  const [lit, setLit] = useState<string>();
  const card = useRef<HTMLDivElement>(null);
  const field = metric.name === 'time' ? 'time' : 'time_to_first_token';
  const figures = ['p50', 'p95', 'p99'].map((quantile) => `${field}_${quantile}`);
  const question = usageQuestion({ buckets: true, figures });
  const asked = useUsage(`course ${field}`, question);
  const models = useUsage(
    `speed ${field}`,
    usageQuestion({ group_by: ['model'], order_by: 'assistant_messages', top: 50, figures }),
  );
  return (
    <Given asked={asked} shape={<div class="shape-chart" />}>
      {({ rows, bucket }) => {
        const line = (
          quantile: 'p50' | 'p95' | 'p99',
          colour: string,
          dash?: ChartSeries['dash'],
        ): ChartSeries => ({
          name: quantile,
          colour,
          values: rows.map((row) => row[`${field}_${quantile}`] ?? null),
          ...(dash === undefined ? {} : { dash }),
        });
        const series = [line('p50', 'c2'), line('p95', 'c1'), line('p99', 'c4', 'dashed')];
        const buckets = rows.flatMap(({ bucket_start: start, bucket_local: local }) =>
          start === null || local === null ? [] : [{ start, local }],
        );
        return (
          <div class="split-body" ref={card}>
            <div class="split-chart">
              <TimeChart
                label={`${metric.text}, quantiles`}
                buckets={buckets}
                bucket={bucket ?? 'day'}
                kind="lines"
                series={series}
                format={seconds}
                isOpen={span.value.to === undefined}
                lit={lit}
                onZoom={(first, last) => zoomTo(buckets, first, last)}
              />
              <p class="line-key">
                {series.map(({ name, colour }) => (
                  <button
                    key={name}
                    type="button"
                    class="part"
                    onMouseEnter={() => setLit(name)}
                    onMouseLeave={() => setLit(undefined)}
                  >
                    <Dot colour={colour} /> {name}
                  </button>
                ))}
              </p>
            </div>
            <div class="split-key">
              <div class="key-actions">
                <Menu
                  label={metric.text}
                  origin={{
                    url: usageUrl(question),
                    note: 'Quantiles come from histograms that are folded with the totals, each within 1 % of the exact one:',
                  }}
                  csv={() => saveText(`${metric.name}.csv`, 'text/csv', csvOf(rows))}
                  picture={() => void savePictureOf(card.current, metric.name)}
                />
              </div>
              <Given asked={models}>
                {(byModel) => {
                  const names = byModel.rows.map(({ model }) => model ?? noName);
                  const colours = coloursOf('model', names);
                  return (
                    <table class="key">
                      <thead>
                        <tr>
                          <th scope="col">Model</th>
                          <th scope="col" class="figure">
                            p50
                          </th>
                          <th scope="col" class="figure">
                            p95
                          </th>
                          <th scope="col" class="figure">
                            p99
                          </th>
                        </tr>
                      </thead>
                      <tbody>
                        {byModel.rows.map((row) => (
                          <tr key={row.model ?? ''}>
                            <th scope="row">
                              <span class="part">
                                <Dot colour={colours.get(row.model ?? noName)} />
                                <span class="name">{row.model ?? noName}</span>
                              </span>
                            </th>
                            <td class="figure">{seconds(row[`${field}_p50`])}</td>
                            <td class="figure">{seconds(row[`${field}_p95`])}</td>
                            <td class="figure">{seconds(row[`${field}_p99`])}</td>
                          </tr>
                        ))}
                      </tbody>
                    </table>
                  );
                }}
              </Given>
            </div>
          </div>
        );
      }}
    </Given>
  );
}
