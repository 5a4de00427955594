import { here, parameter, screen } from '../../address/parameters.js';
import { rfc3339, span } from '../../address/range.js';
import { useAsked } from '../../ask/asking.js';
import { requestUrl, service } from '../../ask/service.js';
import { csvOf, saveText } from '../../figure/csv.js';
import { none, seconds } from '../../figure/figures.js';
import { exactMoment, moment } from '../../figure/moments.js';
import { Card } from '../../part/card.js';
import { DataTable } from '../../part/data-table.js';
import { Given } from '../../part/given.js';
import { Pages } from '../../part/pages.js';

/** The calls of a tool in the range, newest first, and how those failed that did. */
export function NewestCalls({ tool }: { readonly tool: string }) {
  const isFailed = parameter('failed') === 'true';
  const { from, to } = span.value;
  const question = {
    tool_name: tool,
    newest: true,
    failed: isFailed ? true : undefined,
    from: rfc3339(from),
    to: to === undefined ? undefined : rfc3339(to),
    limit: 20,
    cursor: parameter('cursor'),
  };
  const asked = useAsked('newest-calls', question, () => service.listToolCalls(question));
  return (
    <Card
      title="Newest calls"
      origin={{
        url: requestUrl('/v1/tool-calls', question),
        note: 'The calls as they are in the log, with their corrections:',
      }}
      csv={
        asked.value && (() => saveText('calls.csv', 'text/csv', csvOf(asked.value?.items ?? [])))
      }
      actions={
        <a
          class={isFailed ? 'button on' : 'button'}
          href={here({ failed: isFailed ? undefined : 'true' })}
          data-replace
          role="switch"
          aria-checked={isFailed}
        >
          Only failures
        </a>
      }
    >
      <Given asked={asked}>
        {({ items, next_cursor }) =>
          items.length === 0 ? (
            <p class="nothing">
              {isFailed ? 'No call failed' : 'There was no call'} in this range.
            </p>
          ) : (
            <>
              <DataTable
                label="Newest calls"
                rows={items}
                keyOf={({ session_id, id }) => `${session_id} ${id}`}
                columns={[
                  {
                    key: 'at',
                    head: 'Ended',
                    cell: ({ occurred_at }) => (
                      <span class="nowrap" title={exactMoment(occurred_at)}>
                        {moment(occurred_at, { withSeconds: true })}
                      </span>
                    ),
                  },
                  {
                    key: 'result',
                    head: 'Result',
                    cell: ({ error, error_text }) =>
                      error === true ? (
                        <span class="failed-text">{error_text ?? 'failed'}</span>
                      ) : (
                        <span class="faint">ok</span>
                      ),
                  },
                  {
                    key: 'agent',
                    head: 'Agent',
                    isWide: true,
                    cell: ({ agent_name, agent_id }) => (
                      <span class="text">{agent_name ?? agent_id ?? none}</span>
                    ),
                  },
                  {
                    key: 'run',
                    head: 'Run',
                    isWide: true,
                    cell: ({ run_id, session_id, id }) => (
                      <a
                        class="id"
                        href={screen(`/runs/${encodeURIComponent(run_id)}`, {
                          session: session_id === run_id ? undefined : session_id,
                          step: id,
                        })}
                      >
                        {run_id}
                      </a>
                    ),
                  },
                  { key: 'time', head: 'Time', isFigure: true, cell: ({ time }) => seconds(time) },
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
