import { filters } from '../address/parameters.js';
import { span } from '../address/range.js';
import { zoomTo } from '../address/zoom.js';
import { areKept, usageFilterNames, usageQuestion, useUsage } from '../ask/usage.js';
import { TimeChart } from '../chart/time-chart.js';
import { dollars, isLeast, shortDollars } from '../figure/figures.js';
import { Given } from './given.js';

/** Cost over time above a list. A drag narrows both. */
export function CostStrip() {
  const isKept = areKept(usageFilterNames());
  const isWhole = !('status' in filters.value);
  const asked = useUsage(
    'strip',
    isKept && isWhole
      ? usageQuestion({ buckets: true, quantiles: false, figures: ['cost', 'unpriced_messages'] })
      : undefined,
  );
  // Nothing cost anything: an empty chart above an empty list says nothing.
  const isEmpty = asked.value?.rows.every(({ cost }) => cost === null) === true;
  if (!isKept || !isWhole || isEmpty) return null;
  return (
    <section class="card strip" aria-label="Cost over time">
      <Given asked={asked} shape={<div class="shape-strip" />}>
        {({ rows, bucket }) => {
          const buckets = rows.flatMap(({ bucket_start: start, bucket_local: local }) =>
            start === null || local === null ? [] : [{ start, local }],
          );
          return (
            <TimeChart
              label="Cost"
              buckets={buckets}
              bucket={bucket ?? 'day'}
              kind="bars"
              height={96}
              series={[
                {
                  name: 'Cost',
                  colour: 'c1',
                  values: rows.map(({ cost = null }) => cost),
                  least: new Set(rows.flatMap((row, at) => (isLeast(row) ? [at] : []))),
                },
              ]}
              format={dollars}
              brief={shortDollars}
              isOpen={span.value.to === undefined}
              onZoom={(first, last) => zoomTo(buckets, first, last)}
            />
          );
        }}
      </Given>
    </section>
  );
}
