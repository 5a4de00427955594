import type { SessionTotals } from '../../../src/query/totals/totals.js';
import { addressToSend } from '../../address/copy-address.js';
import { here, parameter, screen } from '../../address/parameters.js';
import { useAsked } from '../../ask/asking.js';
import type { RunTotals } from '../../ask/lists.js';
import { service } from '../../ask/service.js';
import { addUp, readAddable } from '../../ask/steps.js';
import { costOf, exactCostOf, none, plural, seconds, whole } from '../../figure/figures.js';
import { exactMoment, moment } from '../../figure/moments.js';
import { AddsUp } from '../../part/adds-up.js';
import { Bar } from '../../part/bar.js';
import { Copy } from '../../part/copy.js';
import { Facts } from '../../part/facts.js';
import { Given } from '../../part/given.js';
import { JsonView } from '../../part/json-view.js';
import { Labels } from '../../part/labels.js';
import { Segments } from '../../part/segments.js';
import { lasted } from '../../part/total-cells.js';
import { SessionEvents } from './session-events.js';
import { SessionRuns } from './session-runs.js';

/** A conversation: its totals, its runs by start, and whether they add up. */
export function Session({ id = '' }: { readonly id?: string }) {
  const view = parameter('as') ?? 'runs';
  const asked = useAsked('session', { id }, () =>
    readAddable(
      () => readSession(id),
      ({ session, runs, isWhole }) =>
        session === undefined || !isWhole || addUp(runs, session).isEqual,
    ),
  );
  return (
    <>
      <Bar title={id} above={[{ text: 'Sessions', href: screen('/sessions') }]}>
        <Segments
          label="View"
          chosen={view}
          options={[
            { value: 'runs', text: 'Runs' },
            { value: 'events', text: 'Events' },
            { value: 'agno', text: 'Agno JSON' },
          ]}
          href={(as) => here({ as: as === 'runs' ? undefined : as })}
        />
        <Copy icon="link" label="Copy link" text={addressToSend} />
      </Bar>
      <Given asked={asked} shape={<div class="card shape-table" />}>
        {({ session, runs, isWhole }) => {
          if (session === undefined)
            return <p class="card empty">There is no session with this id.</p>;
          return (
            <>
              <SessionFacts session={session} labels={labelsOf(runs)} />
              {view === 'runs' && <SessionRuns runs={runs} isWhole={isWhole} />}
              {view === 'events' && <SessionEvents id={id} />}
              {view === 'agno' && <AgnoJson id={id} />}
              {isWhole && (
                <AddsUp
                  what="runs"
                  counted={plural(runs.length, 'run')}
                  sum={addUp(runs, session)}
                  totals={session}
                />
              )}
            </>
          );
        }}
      </Given>
    </>
  );
}

/** The maximum number of runs on one screen. */
const mostRuns = 5_000;

async function readSession(session_id: string) {
  const session = await service.getSession({ session_id });
  const runs: RunTotals[] = [];
  let cursor: string | undefined;
  if (session !== undefined) {
    do {
      const page = await service.listRuns({ session_id, limit: 1000, cursor });
      runs.push(...page.items);
      cursor = page.next_cursor;
    } while (cursor !== undefined && runs.length < mostRuns);
  }
  runs.sort((a, b) => Date.parse(a.started_at ?? '') - Date.parse(b.started_at ?? ''));
  return { session, runs, isWhole: cursor === undefined };
}

/** The labels of a session are those of its runs. */
function labelsOf(runs: readonly RunTotals[]): Readonly<Record<string, readonly string[]>> {
  const all = new Map<string, Set<string>>();
  for (const { labels } of runs) {
    for (const [name, value] of Object.entries(labels ?? {})) {
      if (value !== undefined) all.set(name, (all.get(name) ?? new Set<string>()).add(value));
    }
  }
  return Object.fromEntries([...all].map(([name, values]) => [name, [...values].sort()]));
}

function SessionFacts({
  session,
  labels,
}: {
  readonly session: SessionTotals;
  readonly labels: Readonly<Record<string, readonly string[]>>;
}) {
  return (
    <section class="card" aria-label="Facts">
      <Facts
        items={[
          {
            name: 'User',
            value:
              session.user_id === null ? (
                none
              ) : (
                <a class="quiet" href={screen('/sessions', { user_id: session.user_id })}>
                  {session.user_id}
                </a>
              ),
          },
          session.team_id !== null && { name: 'Team', value: session.team_id },
          session.workflow_id !== null && { name: 'Workflow', value: session.workflow_id },
          {
            name: 'Started',
            value: (
              <span
                title={session.started_at === null ? undefined : exactMoment(session.started_at)}
              >
                {moment(session.started_at)}
              </span>
            ),
          },
          { name: 'Lasted', value: seconds(lasted(session)) },
          { name: 'Runs', value: whole(session.runs) },
          { name: 'Messages', value: whole(session.messages) },
          {
            name: 'Tool calls',
            value: whole(session.tool_calls),
            note: session.tool_errors > 0 ? `${whole(session.tool_errors)} failed` : undefined,
          },
          {
            name: 'Tokens',
            value: whole(session.total_tokens),
            note:
              session.cached_tokens === null ? undefined : `${whole(session.cached_tokens)} cached`,
          },
          {
            name: 'Cost',
            value: <span title={exactCostOf(session)}>{costOf(session)}</span>,
          },
          Object.keys(labels).length > 0 && {
            name: 'Labels',
            value: <Labels labels={labels} to="/sessions" />,
          },
        ]}
      />
    </section>
  );
}

function AgnoJson({ id }: { readonly id: string }) {
  const asked = useAsked('session-metrics', { id }, () =>
    service.getSessionMetrics({ session_id: id }),
  );
  return (
    <Given asked={asked}>{(metrics) => <JsonView label="SessionMetrics" value={metrics} />}</Given>
  );
}
