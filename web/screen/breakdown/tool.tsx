import { screen } from '../../address/parameters.js';
import { span } from '../../address/range.js';
import { zoomTo } from '../../address/zoom.js';
import { usageQuestion, usageUrl, useUsage } from '../../ask/usage.js';
import { LineKey } from '../../chart/line-key.js';
import { type ChartSeries, TimeChart } from '../../chart/time-chart.js';
import { csvOf, saveText } from '../../figure/csv.js';
import { seconds, whole } from '../../figure/figures.js';
import { Bar } from '../../part/bar.js';
import { Card } from '../../part/card.js';
import { Given } from '../../part/given.js';
import { CalledBy } from './called-by.js';
import { NewestCalls } from './newest-calls.js';
import { ToolFacts } from './tool-facts.js';

/** One tool: its calls, how many failed, how long they took, and who called it. */
export function Tool({ id = '' }: { readonly id?: string }) {
  const only = (question: ReturnType<typeof usageQuestion>) => ({
    ...question,
    filters: { ...question.filters, tool_name: id },
  });
  const all = useUsage(
    `tool ${id}`,
    only(
      usageQuestion({
        compares: true,
        without: ['model', 'provider', 'user_id', 'team_id', 'agent_id'],
      }),
    ),
  );
  const question = only(
    usageQuestion({
      buckets: true,
      without: ['model', 'provider', 'user_id', 'team_id', 'agent_id'],
    }),
  );
  const course = useUsage(`tool-course ${id}`, question);
  const agents = useUsage(
    `tool-agents ${id}`,
    only(
      usageQuestion({
        group_by: ['agent_id'],
        order_by: 'tool_calls',
        top: 50,
        quantiles: false,
        without: ['model', 'provider', 'user_id', 'team_id'],
      }),
    ),
  );
  return (
    <>
      <Bar title={id} above={[{ text: 'Tools', href: screen('/tools') }]} hasRange hasLive />
      <Given asked={all} shape={<div class="card shape-tiles" />}>
        {({ rows: [row], before }) => (
          <section class="card" aria-label="Facts">
            {row === undefined || (row.tool_calls ?? 0) === 0 ? (
              <p class="nothing">This tool was not called in this range.</p>
            ) : (
              <ToolFacts row={row} before={before?.rows[0]} />
            )}
          </section>
        )}
      </Given>
      <Given asked={course} shape={<div class="card shape-chart" />}>
        {({ rows, bucket }) => {
          const buckets = rows.flatMap(({ bucket_start: start, bucket_local: local }) =>
            start === null || local === null ? [] : [{ start, local }],
          );
          const common = { buckets, bucket: bucket ?? 'day', isOpen: span.value.to === undefined };
          const calls: readonly ChartSeries[] = [
            {
              name: 'failed',
              colour: 'failed',
              values: rows.map(({ tool_errors = null }) => tool_errors),
            },
            {
              name: 'succeeded',
              colour: 'c1',
              values: rows.map(({ tool_calls = null, tool_errors }) =>
                tool_calls === null ? null : tool_calls - (tool_errors ?? 0),
              ),
            },
          ];
          const times: readonly ChartSeries[] = [
            {
              name: 'p50',
              colour: 'c2',
              values: rows.map(({ tool_time_p50 = null }) => tool_time_p50),
            },
            {
              name: 'p95',
              colour: 'c1',
              values: rows.map(({ tool_time_p95 = null }) => tool_time_p95),
            },
            {
              name: 'p99',
              colour: 'c4',
              values: rows.map(({ tool_time_p99 = null }) => tool_time_p99),
              dash: 'dashed',
            },
          ];
          const onZoom = (first: number, last: number) => zoomTo(buckets, first, last);
          return (
            <div class="halves">
              <Card
                title="Calls"
                origin={{ url: usageUrl(question) }}
                csv={() => saveText('calls.csv', 'text/csv', csvOf(rows))}
                picture={`${id}-calls`}
              >
                <div class="chart-room">
                  <TimeChart
                    {...common}
                    label="Calls, failed and not"
                    kind="bars"
                    height={200}
                    series={calls}
                    format={whole}
                    onZoom={onZoom}
                  />
                  <LineKey series={calls} />
                </div>
              </Card>
              <Card
                title="Time"
                origin={{ url: usageUrl(question) }}
                csv={() => saveText('times.csv', 'text/csv', csvOf(rows))}
                picture={`${id}-times`}
              >
                <div class="chart-room">
                  <TimeChart
                    {...common}
                    label="Time, quantiles"
                    kind="lines"
                    height={200}
                    series={times}
                    format={seconds}
                    onZoom={onZoom}
                  />
                  <LineKey series={times} />
                </div>
              </Card>
            </div>
          );
        }}
      </Given>
      <NewestCalls tool={id} />
      <CalledBy asked={agents} />
    </>
  );
}
