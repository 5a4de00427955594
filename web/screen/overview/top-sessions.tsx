import { screen } from '../../address/parameters.js';
import {
  csvUrl,
  listQuestion,
  type SessionTotals,
  sessionFilters,
  sessionsUrl,
  useSessions,
} from '../../ask/lists.js';
import { Meter } from '../../chart/meter.js';
import { none } from '../../figure/figures.js';
import { exactMoment, moment } from '../../figure/moments.js';
import { DataTable } from '../../part/data-table.js';
import { Given } from '../../part/given.js';
import { Menu } from '../../part/menu.js';
import { CostCell, mostOf } from '../../part/total-cells.js';
import { type Metric, sessionOrders } from './metrics.js';

/** So many sessions are shown; Sessions lists all. */
const most = 10;

/** The sessions with the most of a figure. Their totals are kept as a whole, not over time: each counts where it began. */
export function TopSessions({ metric }: { readonly metric: Metric }) {
  const order_by = sessionOrders[metric.name] ?? 'cost';
  const question = listQuestion(sessionFilters, {
    limit: most,
    cursor: undefined,
    failed: undefined,
    order_by,
  });
  const asked = useSessions(question, `top ${order_by}`);
  const figureOf = (row: SessionTotals) =>
    row[order_by as 'cost' | 'total_tokens' | 'tool_errors'] ?? null;
  return (
    <Given asked={asked} shape={<div class="shape-chart" />}>
      {({ items }) => {
        const some = items.filter((row) => (figureOf(row) ?? 0) > 0);
        const greatest = mostOf(some, figureOf);
        if (some.length === 0)
          return <p class="nothing">No session that began in this range has any.</p>;
        return (
          <>
            <DataTable
              label={`${metric.text} by session`}
              rows={some}
              keyOf={({ session_id }) => session_id}
              columns={[
                {
                  key: 'session',
                  head: 'Session',
                  cell: ({ session_id }) => (
                    <a class="id" href={screen(`/sessions/${encodeURIComponent(session_id)}`)}>
                      {session_id}
                    </a>
                  ),
                },
                {
                  key: 'started',
                  head: 'Started',
                  isWide: true,
                  cell: ({ started_at }) => (
                    <span
                      class="nowrap"
                      title={started_at === null ? undefined : exactMoment(started_at)}
                    >
                      {moment(started_at)}
                    </span>
                  ),
                },
                {
                  key: 'user',
                  head: 'User',
                  isWide: true,
                  cell: ({ user_id }) => <span class="text">{user_id ?? none}</span>,
                },
                {
                  key: 'bar',
                  head: <span class="unseen">Share of the most</span>,
                  isWide: true,
                  cell: (row) => (
                    <span class="long-meter">
                      <Meter share={(figureOf(row) ?? 0) / greatest} />
                    </span>
                  ),
                },
                {
                  key: 'figure',
                  head: metric.text,
                  isFigure: true,
                  cell: (row) =>
                    metric.name === 'cost' ? <CostCell row={row} /> : metric.format(figureOf(row)),
                },
              ]}
            />
            <footer class="card-foot">
              <span class="faint">
                Sessions that began in this range, the {most} with the most.{' '}
                <a href={screen('/sessions', { sort: order_by })}>All sessions</a>
              </span>
              <Menu
                label={`${metric.text} by session`}
                origin={{ url: sessionsUrl(question) }}
                csv={csvUrl('/v1/sessions', question)}
              />
            </footer>
          </>
        );
      }}
    </Given>
  );
}
