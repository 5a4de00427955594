import type { AlertRecord } from '../../src/client.js';
import { here, parameter, screen } from '../address/parameters.js';
import { useAsked } from '../ask/asking.js';
import { requestUrl, service } from '../ask/service.js';
import { plural } from '../figure/figures.js';
import { exactMoment, moment } from '../figure/moments.js';
import { Card } from './card.js';
import { DataTable } from './data-table.js';
import { Given } from './given.js';
import { Pages } from './pages.js';

/** What fired and resolved, newest first, and whether it was delivered. */
export function AlertHistory({
  title,
  budget,
  rule,
}: {
  readonly title: string;
  readonly budget?: string | undefined;
  readonly rule?: string | undefined;
}) {
  const question = { budget, rule, limit: 20, cursor: parameter('cursor') };
  const asked = useAsked('alert-history', question, () => service.listAlertHistory(question));
  return (
    <Card
      title={title}
      origin={{
        url: requestUrl('/v1/alerts/history', question),
        sql: 'select * from runfold.alert_history\nwhere project = 1\norder by created_at desc\nlimit 20;',
        note: 'Each crossing is one notification, written in the transaction that changes the state of the rule:',
      }}
      {...(budget === undefined ? {} : { link: { text: 'All alerts', href: screen('/alerts') } })}
    >
      {rule !== undefined && (
        <p class="note">
          Only of the rule {rule}. <a href={here({ rule: undefined })}>All rules</a>
        </p>
      )}
      <Given asked={asked}>
        {({ items, next_cursor }) =>
          items.length === 0 ? (
            <p class="nothing">Nothing has fired yet.</p>
          ) : (
            <>
              <DataTable
                label={title}
                rows={items}
                keyOf={({ id }) => id}
                columns={[
                  {
                    key: 'at',
                    head: 'When',
                    cell: ({ created_at }) => (
                      <span class="nowrap" title={exactMoment(created_at)}>
                        {moment(created_at)}
                      </span>
                    ),
                  },
                  {
                    key: 'state',
                    head: 'State',
                    isWide: true,
                    cell: ({ type }) => (
                      <span class={`status ${type === 'alert.firing' ? 'bad' : 'good'}`}>
                        {type === 'alert.firing' ? 'fired' : 'resolved'}
                      </span>
                    ),
                  },
                  {
                    key: 'text',
                    head: 'What',
                    cell: ({ text }) => <bdi class="breaking">{text}</bdi>,
                  },
                  {
                    key: 'delivered',
                    head: 'Delivered to',
                    isWide: true,
                    cell: (record) => <Deliveries of={record} />,
                  },
                ]}
              />
              <Pages next={next_cursor} shown={items.length} />
            </>
          )
        }
      </Given>
    </Card>
  );
}

function Deliveries({ of: { deliveries } }: { readonly of: AlertRecord }) {
  if (deliveries.length === 0) return <span class="faint">no channel</span>;
  return (
    <>
      {deliveries.map(({ id, channel, state, attempts, fault, delivered_at }) => (
        <span
          key={id}
          class={state === 'failed' ? 'failed-text delivery' : 'delivery'}
          title={fault ?? (delivered_at === null ? undefined : exactMoment(delivered_at))}
        >
          {channel}
          {state !== 'delivered' && (
            <small>
              {' '}
              {state === 'waiting' ? 'waits' : 'failed'}
              {attempts > 0 && `, ${plural(attempts, 'attempt')}`}
              {state === 'failed' && fault !== null && `: ${fault}`}
            </small>
          )}
        </span>
      ))}
    </>
  );
}
