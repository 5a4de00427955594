import { screen } from '../../address/parameters.js';
import type { Asked } from '../../ask/asking.js';
import type { UsageSeries } from '../../ask/usage.js';
import { Meter } from '../../chart/meter.js';
import { none, percent, whole } from '../../figure/figures.js';
import { Card } from '../../part/card.js';
import { DataTable } from '../../part/data-table.js';
import { Given } from '../../part/given.js';
import { noName } from '../overview/split-data.js';

/** The agents that called a tool. */
export function CalledBy({ asked }: { readonly asked: Asked<UsageSeries> }) {
  return (
    <Card title="Called by">
      <Given asked={asked}>
        {({ rows }) => {
          const callers = rows.filter(({ tool_calls }) => (tool_calls ?? 0) > 0);
          if (callers.length === 0) return <p class="nothing">No agent called it in this range.</p>;
          return (
            <DataTable
              label="Agents that call it"
              rows={callers}
              keyOf={({ agent_id }) => agent_id ?? ''}
              columns={[
                {
                  key: 'agent',
                  head: 'Agent',
                  cell: ({ agent_id }) =>
                    agent_id == null ? (
                      noName
                    ) : (
                      <a class="id" href={screen('/', { agent_id })}>
                        {agent_id}
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
                  cell: ({ error_rate = null }) =>
                    error_rate === null ? (
                      none
                    ) : (
                      <span class="metered">
                        <Meter share={error_rate} tone="bad" /> {percent(error_rate)}
                      </span>
                    ),
                },
              ]}
            />
          );
        }}
      </Given>
    </Card>
  );
}
