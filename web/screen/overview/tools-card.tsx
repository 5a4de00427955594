import { screen } from '../../address/parameters.js';
import { usageQuestion, usageUrl, useUsage } from '../../ask/usage.js';
import { Meter } from '../../chart/meter.js';
import { csvOf, saveText } from '../../figure/csv.js';
import { percent, seconds, whole } from '../../figure/figures.js';
import { Card } from '../../part/card.js';
import { DataTable } from '../../part/data-table.js';
import { Given } from '../../part/given.js';
import { metrics, splits, whyNot } from './metrics.js';

/** The most called tools: how often they fail, and how long they take. */
export function ToolsCard() {
  const [tool, calls] = [splits[2], metrics[2]];
  const reason = tool === undefined || calls === undefined ? undefined : whyNot(calls, tool);
  const question = usageQuestion({
    group_by: ['tool_name'],
    order_by: 'tool_calls',
    top: 7,
    figures: ['tool_calls', 'tool_errors', 'error_rate', 'tool_time_p50', 'tool_time_p95'],
  });
  const asked = useUsage('tools', reason === undefined ? question : undefined);
  return (
    <Card
      title="Tools"
      link={{ text: 'All tools', href: screen('/tools') }}
      origin={{ url: usageUrl(question) }}
      csv={asked.value && (() => saveText('tools.csv', 'text/csv', csvOf(asked.value?.rows ?? [])))}
    >
      {reason !== undefined ? (
        <p class="nothing">Tools are {reason}.</p>
      ) : (
        <Given asked={asked}>
          {({ rows }) => {
            const named = rows.filter(({ tool_calls }) => (tool_calls ?? 0) > 0);
            const worst = Math.max(0.0001, ...named.map(({ error_rate }) => error_rate ?? 0));
            if (named.length === 0) return <p class="nothing">No tool was called.</p>;
            return (
              <DataTable
                label="Tools"
                rows={named}
                keyOf={({ tool_name }) => tool_name ?? ''}
                columns={[
                  {
                    key: 'tool',
                    head: 'Tool',
                    cell: ({ tool_name }) => (
                      <a
                        class="id"
                        href={screen(`/tools/${encodeURIComponent(tool_name ?? '')}`)}
                        title={tool_name ?? undefined}
                      >
                        {tool_name}
                      </a>
                    ),
                  },
                  {
                    key: 'calls',
                    head: 'Calls',
                    isFigure: true,
                    cell: ({ tool_calls }) => whole(tool_calls),
                  },
                  {
                    key: 'failed',
                    head: 'Failed',
                    isFigure: true,
                    cell: ({ error_rate, tool_errors }) => (
                      <span class="metered" title={`${whole(tool_errors)} failed`}>
                        <Meter share={(error_rate ?? 0) / worst} tone="bad" /> {percent(error_rate)}
                      </span>
                    ),
                  },
                  {
                    key: 'p50',
                    head: 'p50',
                    isFigure: true,
                    isWide: true,
                    cell: ({ tool_time_p50 }) => seconds(tool_time_p50),
                  },
                  {
                    key: 'p95',
                    head: 'p95',
                    isFigure: true,
                    cell: ({ tool_time_p95 }) => seconds(tool_time_p95),
                  },
                ]}
              />
            );
          }}
        </Given>
      )}
    </Card>
  );
}
