import { screen } from '../../address/parameters.js';
import { csvUrl, listQuestion, sessionFilters, sessionsUrl, useSessions } from '../../ask/lists.js';
import { none, short, whole } from '../../figure/figures.js';
import { Card } from '../../part/card.js';
import { DataTable } from '../../part/data-table.js';
import { Given } from '../../part/given.js';
import { CostCell } from '../../part/total-cells.js';

/** The most expensive sessions of the range. */
export function SessionsCard() {
  const question = listQuestion(sessionFilters, {
    limit: 7,
    cursor: undefined,
    failed: undefined,
    order_by: 'cost',
  });
  const asked = useSessions(question, 'costliest');
  return (
    <Card
      title="Costliest sessions"
      link={{ text: 'All sessions', href: screen('/sessions', { sort: 'cost' }) }}
      origin={{ url: sessionsUrl(question) }}
      csv={csvUrl('/v1/sessions', question)}
    >
      <Given asked={asked}>
        {({ items }) => {
          const most = Math.max(1e-12, ...items.map(({ cost }) => cost ?? 0));
          if (items.length === 0) return <p class="nothing">No session began in this range.</p>;
          return (
            <DataTable
              label="Sessions"
              rows={items}
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
                  key: 'user',
                  head: 'User',
                  isWide: true,
                  cell: ({ user_id }) => <span class="text">{user_id ?? none}</span>,
                },
                {
                  key: 'runs',
                  head: 'Runs',
                  isFigure: true,
                  isWide: true,
                  cell: ({ runs }) => whole(runs),
                },
                {
                  key: 'tokens',
                  head: 'Tokens',
                  isFigure: true,
                  cell: ({ total_tokens }) => short(total_tokens),
                },
                {
                  key: 'cost',
                  head: 'Cost',
                  isFigure: true,
                  cell: (row) => <CostCell row={row} most={most} />,
                },
              ]}
            />
          );
        }}
      </Given>
    </Card>
  );
}
