import { ApiError } from '../../../src/client.js';
import { addressToSend } from '../../address/copy-address.js';
import { here, parameter, screen } from '../../address/parameters.js';
import { useAsked } from '../../ask/asking.js';
import { service } from '../../ask/service.js';
import {
  addUp,
  agentOf,
  type PlacedRun,
  type RunWithSteps,
  readAddable,
  readRunWithSteps,
  runsOf,
} from '../../ask/steps.js';
import { coloursOf } from '../../figure/colours.js';
import { plural } from '../../figure/figures.js';
import { AddsUp } from '../../part/adds-up.js';
import { Bar } from '../../part/bar.js';
import { Copy } from '../../part/copy.js';
import { Given } from '../../part/given.js';
import { JsonView } from '../../part/json-view.js';
import { Segments } from '../../part/segments.js';
import { Status } from '../../part/status.js';
import { RunFacts } from './run-facts.js';
import { RunTable } from './run-table.js';
import { StepTable } from './step-table.js';
import { Timeline } from './timeline.js';

/** A run with all runs below it: its steps, and whether they add up. */
export function Run({ id = '' }: { readonly id?: string }) {
  const session = parameter('session');
  const view = parameter('as') ?? 'timeline';
  const question = { run_id: id, session_id: session };
  const asked = useAsked<RunOrSessions>('run', question, (_, show) =>
    readAddable(
      () => readRun(question, show),
      ({ tree, steps }) => tree === undefined || addUp(steps, tree.subtree).isEqual,
    ),
  );
  const run = asked.value?.tree?.run;
  return (
    <>
      <Bar
        title={id}
        after={run !== undefined && <Status status={run.status} />}
        above={[
          { text: 'Sessions', href: screen('/sessions') },
          ...(run === undefined
            ? [{ text: 'Runs', href: screen('/runs') }]
            : [
                {
                  text: run.session_id,
                  href: screen(`/sessions/${encodeURIComponent(run.session_id)}`),
                },
              ]),
        ]}
      >
        <Segments
          label="View"
          chosen={view}
          options={[
            { value: 'timeline', text: 'Timeline' },
            { value: 'table', text: 'Table' },
            { value: 'agno', text: 'Agno JSON' },
          ]}
          href={(as) => here({ as: as === 'timeline' ? undefined : as })}
        />
        <Copy icon="link" label="Copy link" text={addressToSend} />
      </Bar>
      <Given asked={asked} shape={<div class="card shape-table" />}>
        {({ tree, steps, hasAll, sessions }) => {
          if (sessions !== undefined) return <WhichSession id={id} sessions={sessions} />;
          if (tree === undefined) return <p class="card empty">There is no run with this id.</p>;
          const runs = runsOf(tree);
          const colours = coloursOf('run-agent', [
            ...new Set(runs.map(({ run: one }) => agentOf(one))),
          ]);
          return (
            <>
              <RunFacts tree={tree} colours={colours} />
              {runs.length > 1 && <RunTable runs={runs} colours={colours} />}
              {view === 'timeline' && (
                <Timeline steps={steps} until={hasAll ? 0 : endOf(runs)} colours={colours} />
              )}
              {view === 'table' && <StepTable steps={steps} hasAll={hasAll} />}
              {view === 'agno' && <AgnoJson question={question} />}
              {hasAll ? (
                <AddsUp
                  what="steps"
                  counted={`${plural(steps.length, 'step')} of ${plural(runs.length, 'run')}`}
                  sum={addUp(steps, tree.subtree)}
                  totals={tree.subtree}
                />
              ) : (
                <p class="adds-up unknown" aria-busy="true">
                  {plural(steps.length, 'step')} so far. They are added up when all are here.
                </p>
              )}
            </>
          );
        }}
      </Given>
    </>
  );
}

/** When the last of some runs ended, in milliseconds since 1970. */
const endOf = (runs: readonly PlacedRun[]) =>
  runs.reduce((most, { run }) => Math.max(most, Date.parse(run.ended_at ?? '') || 0), 0);

/** The run, or the sessions that have a run with this id. */
interface RunOrSessions extends RunWithSteps {
  readonly sessions?: readonly string[];
}

async function readRun(
  question: { readonly run_id: string; readonly session_id: string | undefined },
  show: (part: RunOrSessions) => void,
): Promise<RunOrSessions> {
  try {
    return await readRunWithSteps(question, show);
  } catch (error) {
    const ids =
      error instanceof ApiError && error.status === 409 ? error.problem.session_ids : undefined;
    if (!Array.isArray(ids)) throw error;
    return { tree: undefined, steps: [], hasAll: true, sessions: ids.map(String) };
  }
}

function WhichSession({
  id,
  sessions,
}: {
  readonly id: string;
  readonly sessions: readonly string[];
}) {
  return (
    <section class="card empty" aria-label="Which session">
      <h2>Several sessions have a run with this id</h2>
      <ul>
        {sessions.map((session) => (
          <li key={session}>
            <a href={screen(`/runs/${encodeURIComponent(id)}`, { session })}>{session}</a>
          </li>
        ))}
      </ul>
    </section>
  );
}

function AgnoJson({
  question,
}: {
  readonly question: { readonly run_id: string; readonly session_id: string | undefined };
}) {
  const asked = useAsked('run-metrics', question, () => service.getRunMetrics(question));
  return (
    <Given asked={asked}>
      {(metrics) => <JsonView label="RunResponse.metrics" value={metrics} />}
    </Given>
  );
}
