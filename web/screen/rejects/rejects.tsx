import { useState } from 'preact/hooks';
import { ApiError } from '../../../src/client.js';
import type { RejectedEvent } from '../../../src/query/rejects.js';
import { here, parameter, screen } from '../../address/parameters.js';
import { useAsked } from '../../ask/asking.js';
import { service } from '../../ask/service.js';
import { whole } from '../../figure/figures.js';
import { exactMoment, moment } from '../../figure/moments.js';
import { Bar } from '../../part/bar.js';
import { DataTable } from '../../part/data-table.js';
import { Dialog } from '../../part/dialog.js';
import { Failure, Given } from '../../part/given.js';
import { Pages } from '../../part/pages.js';
import { ManyRejects } from './many-rejects.js';

/** What the worker could not take: why, and what came. Send it again, or drop it. */
export function Rejects() {
  const question = { code: parameter('code'), cursor: parameter('cursor'), limit: 50 };
  const asked = useAsked('rejects', question, async () => {
    const seen_at = new Date().toISOString();
    const [page, { rejects }] = await Promise.all([
      service.listRejects(question),
      service.getStatus(),
    ]);
    return { page, count: rejects, seen_at };
  });
  const [opened, open] = useState<RejectedEvent>();
  return (
    <>
      <Bar title="Rejects" above={[{ text: 'Health', href: screen('/health') }]} />
      <Given asked={asked} shape={<div class="card shape-table" />}>
        {({ page, count, seen_at }) =>
          page.items.length === 0 ? (
            <p class="card empty">
              {question.code === undefined ? (
                'Every event was taken: there are no rejects.'
              ) : (
                <>
                  No reject has the code {question.code}.{' '}
                  <a href={here({ code: undefined })}>All rejects</a>
                </>
              )}
            </p>
          ) : (
            <section class="card" aria-label="Rejects">
              <header class="card-head">
                <h2>{whole(count)} rejects</h2>
                {question.code === undefined && (
                  <ManyRejects count={count} before={seen_at} again={asked.again} />
                )}
                {question.code !== undefined && <a href={here({ code: undefined })}>All codes</a>}
              </header>
              <DataTable
                label="Rejects"
                rows={page.items}
                keyOf={({ id }) => id}
                columns={[
                  {
                    key: 'at',
                    head: 'Received',
                    cell: ({ received_at }) => (
                      <span class="nowrap" title={exactMoment(received_at)}>
                        {moment(received_at)}
                      </span>
                    ),
                  },
                  {
                    key: 'code',
                    head: 'Code',
                    isWide: true,
                    cell: ({ code }) => <a href={here({ code })}>{code}</a>,
                  },
                  { key: 'why', head: 'Why', cell: ({ message }) => message },
                  {
                    key: 'what',
                    head: <span class="unseen">What came</span>,
                    isFigure: true,
                    cell: (reject) => (
                      <button type="button" class="button" onClick={() => open(reject)}>
                        Open
                      </button>
                    ),
                  },
                ]}
              />
              <Pages next={page.next_cursor} shown={page.items.length} />
            </section>
          )
        }
      </Given>
      {opened !== undefined && (
        <OneReject reject={opened} again={asked.again} onClose={() => open(undefined)} />
      )}
    </>
  );
}

function OneReject({
  reject,
  again,
  onClose,
}: {
  readonly reject: RejectedEvent;
  readonly again: () => void;
  readonly onClose: () => void;
}) {
  const [fault, setFault] = useState<unknown>();
  const act = async (what: () => Promise<void>) => {
    setFault(undefined);
    try {
      await what();
      again();
      onClose();
    } catch (error) {
      setFault(error);
    }
  };
  const faults = fault instanceof ApiError ? fault.problem.faults : undefined;
  return (
    <Dialog title={`Reject: ${reject.code}`} onClose={onClose}>
      <p>{reject.message}</p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keys */}
      <pre tabIndex={0}>{pretty(reject.payload)}</pre>
      {fault !== undefined && <Failure error={fault} />}
      {faults !== undefined && <pre>{JSON.stringify(faults, null, 2)}</pre>}
      <p class="links">
        <button
          type="button"
          class="button"
          onClick={() => act(() => service.retryReject({ id: reject.id }))}
        >
          Send it again
        </button>
        <button
          type="button"
          class="button danger"
          onClick={() => act(() => service.dropReject({ id: reject.id }))}
        >
          Drop it for good
        </button>
      </p>
    </Dialog>
  );
}

function pretty(payload: string): string {
  try {
    return JSON.stringify(JSON.parse(payload), null, 2);
  } catch (error) {
    if (error instanceof SyntaxError) return payload;
    throw error;
  }
}
