import { useState } from 'preact/hooks';
import { ApiError, type RejectsOutcome } from '../../../src/client.js';
import type { RejectedEvent } from '../../../src/query/rejects.js';
import { here, parameter, screen } from '../../address/parameters.js';
import { useAsked } from '../../ask/asking.js';
import { service } from '../../ask/service.js';
import { plural } from '../../figure/figures.js';
import { exactMoment, moment } from '../../figure/moments.js';
import { Bar } from '../../part/bar.js';
import { DataTable } from '../../part/data-table.js';
import { Given } from '../../part/given.js';
import { Pages } from '../../part/pages.js';
import { ManyRejects } from './many-rejects.js';
import { OneReject } from './one-reject.js';

/** Events that the worker rejected: the reason and the input. Send them again, or drop them. */
export function Rejects() {
  const question = { code: parameter('code'), cursor: parameter('cursor'), limit: 50 };
  const asked = useAsked('rejects', question, async () => {
    const seen_at = new Date().toISOString();
    const { code } = question;
    const [page, count] = await Promise.all([
      service.listRejects(question),
      code === undefined ? service.getStatus().then(({ rejects }) => rejects) : countOf(code),
    ]);
    return { page, count, seen_at };
  });
  const [opened, open] = useState<RejectedEvent>();
  const [chosen, choose] = useState<readonly string[]>([]);
  return (
    <>
      <Bar title="Rejects" above={[{ text: 'Health', href: screen('/health') }]} />
      <Given asked={asked} shape={<div class="card shape-table" />}>
        {({ page, count, seen_at }) =>
          page.items.length === 0 ? (
            <p class="card empty">
              {question.code === undefined ? (
                'There are no rejects: every event was stored.'
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
                <h2>{plural(count, 'reject')}</h2>
                {chosen.length > 0 ? (
                  <ManyRejects
                    count={chosen.length}
                    isAll={false}
                    act={(what) => actOnEach(what, chosen)}
                    again={() => {
                      choose([]);
                      asked.again();
                    }}
                  />
                ) : (
                  <ManyRejects
                    count={count}
                    isAll
                    act={(what) => {
                      const all = { code: question.code, before: seen_at, expected_count: count };
                      return what === 'drop' ? service.dropRejects(all) : service.retryRejects(all);
                    }}
                    again={asked.again}
                  />
                )}
                {question.code !== undefined && <a href={here({ code: undefined })}>All codes</a>}
              </header>
              <DataTable
                label="Rejects"
                rows={page.items}
                keyOf={({ id }) => id}
                columns={[
                  {
                    key: 'choose',
                    head: <span class="unseen">Chosen</span>,
                    cell: ({ id, received_at }) => (
                      <label class="check">
                        <input
                          type="checkbox"
                          aria-label={`Choose the reject of ${moment(received_at)}`}
                          checked={chosen.includes(id)}
                          onChange={({ currentTarget: { checked } }) =>
                            choose(checked ? [...chosen, id] : chosen.filter((one) => one !== id))
                          }
                        />
                      </label>
                    ),
                  },
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
                    key: 'input',
                    head: 'Input',
                    isWide: true,
                    cell: ({ payload }) => <code class="id">{payload.slice(0, 80)}</code>,
                  },
                  {
                    key: 'what',
                    head: <span class="unseen">Open</span>,
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

/** The number of rejects with a code. The status counts them only together. */
async function countOf(code: string): Promise<number> {
  let [count, cursor] = [0, undefined as string | undefined];
  do {
    const page = await service.listRejects({ code, limit: 1000, cursor });
    count += page.items.length;
    cursor = page.next_cursor;
  } while (cursor !== undefined);
  return count;
}

/**
 * Sends the selected rejects again, or drops them, one by one. Those that are still invalid are
 * kept.
 */
async function actOnEach(what: 'retry' | 'drop', ids: readonly string[]): Promise<RejectsOutcome> {
  let [done, kept] = [0, 0];
  for (const id of ids) {
    try {
      await (what === 'drop' ? service.dropReject({ id }) : service.retryReject({ id }));
      done++;
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 422)) throw error;
      kept++;
    }
  }
  return { done, kept };
}
