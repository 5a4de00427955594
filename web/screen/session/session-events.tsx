import { parameter } from '../../address/parameters.js';
import { useAsked } from '../../ask/asking.js';
import { requestUrl, service } from '../../ask/service.js';
import { csvOf, saveText } from '../../figure/csv.js';
import { dollars, none, seconds, whole } from '../../figure/figures.js';
import { exactMoment, moment } from '../../figure/moments.js';
import { Card } from '../../part/card.js';
import { DataTable } from '../../part/data-table.js';
import { Given } from '../../part/given.js';
import { Labels } from '../../part/labels.js';
import { Pages } from '../../part/pages.js';

/** The log of a session as it was recorded, with corrections as separate rows. */
export function SessionEvents({ id }: { readonly id: string }) {
  const question = { session_id: id, limit: 200, cursor: parameter('cursor') };
  const asked = useAsked('session-events', question, () => service.listEvents(question));
  return (
    <Card
      title="Events as recorded"
      origin={{
        url: requestUrl('/v1/events', question),
        sql: `select * from runfold.events\nwhere project = 1 and session_id = '${id.replaceAll("'", "''")}'\norder by occurred_at, sequence, id;`,
      }}
      csv={
        asked.value && (() => saveText('events.csv', 'text/csv', csvOf(asked.value?.items ?? [])))
      }
    >
      <Given asked={asked}>
        {({ items, next_cursor }) => (
          <>
            <DataTable
              label="Events"
              rows={items}
              keyOf={(event) => event.id}
              columns={[
                {
                  key: 'at',
                  head: 'Occurred',
                  cell: ({ occurred_at }) => (
                    <span class="nowrap" title={exactMoment(occurred_at)}>
                      {moment(occurred_at, { withSeconds: true })}
                    </span>
                  ),
                },
                {
                  key: 'type',
                  head: 'Type',
                  cell: ({ type, role, corrects }) => (
                    <>
                      {type}
                      {role !== null && ` · ${role}`}
                      {corrects !== null && <span class="status"> correction</span>}
                    </>
                  ),
                },
                {
                  key: 'what',
                  head: 'What',
                  cell: ({ model, tool_name, status, error, error_text }) => (
                    <span class="breaking">
                      {tool_name ?? model ?? status ?? none}{' '}
                      {error === true && <span class="failed-text">{error_text ?? 'failed'}</span>}
                    </span>
                  ),
                },
                {
                  key: 'run',
                  head: 'Run',
                  isWide: true,
                  cell: ({ run_id }) => <span class="id">{run_id}</span>,
                },
                {
                  key: 'tokens',
                  head: 'Tokens',
                  isFigure: true,
                  isWide: true,
                  cell: ({ total_tokens }) => whole(total_tokens),
                },
                {
                  key: 'labels',
                  head: 'Labels',
                  isWide: true,
                  cell: ({ labels }) => <Labels labels={labels} />,
                },
                {
                  key: 'time',
                  head: 'Time',
                  isFigure: true,
                  isWide: 'phone',
                  cell: ({ time }) => seconds(time),
                },
                {
                  key: 'cost',
                  head: 'Cost',
                  isFigure: true,
                  isWide: true,
                  cell: ({ cost }) => dollars(cost),
                },
              ]}
            />
            <Pages next={next_cursor} shown={items.length} />
          </>
        )}
      </Given>
    </Card>
  );
}
