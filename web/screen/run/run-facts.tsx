import type { RunTree } from '../../../src/query/totals/run-tree.js';
import { screen } from '../../address/parameters.js';
import { agentOf } from '../../ask/steps.js';
import { costOf, exactCostOf, none, seconds, whole } from '../../figure/figures.js';
import { exactMoment, moment } from '../../figure/moments.js';
import { Dot } from '../../part/dot.js';
import { Facts } from '../../part/facts.js';
import { Labels } from '../../part/labels.js';
import { lasted } from '../../part/total-cells.js';

/** Who ran, when, for how long, and its usage: its own, and with all runs below it. */
export function RunFacts({
  tree,
  colours,
}: {
  readonly tree: RunTree;
  readonly colours: ReadonlyMap<string, string>;
}) {
  const { run, self, subtree, children } = tree;
  const isAlone = children.length === 0;
  return (
    <section class="card" aria-label="Facts">
      <Facts
        items={[
          {
            name: 'Agent',
            value: (
              <>
                <Dot colour={colours.get(agentOf(run))} /> {agentOf(run)}
              </>
            ),
          },
          {
            name: 'User',
            value:
              run.user_id === null ? (
                none
              ) : (
                <a class="quiet" href={screen('/sessions', { user_id: run.user_id })}>
                  {run.user_id}
                </a>
              ),
          },
          run.team_id !== null && { name: 'Team', value: run.team_id },
          run.workflow_id !== null && { name: 'Workflow', value: run.workflow_id },
          { name: 'Model', value: run.model ?? none },
          {
            name: 'Started',
            value: (
              <span title={run.started_at === null ? undefined : exactMoment(run.started_at)}>
                {moment(run.started_at, { withSeconds: true })}
              </span>
            ),
          },
          { name: 'Wall clock', value: seconds(run.run_time ?? lasted(run)) },
          { name: 'First token', value: seconds(run.time_to_first_token) },
          {
            name: 'Tokens',
            value: whole(subtree.total_tokens),
            note: isAlone ? undefined : `${whole(self.total_tokens)} itself`,
          },
          {
            name: 'Cost',
            value: <span title={exactCostOf(subtree)}>{costOf(subtree)}</span>,
            note: isAlone ? undefined : `${costOf(self)} itself`,
          },
          run.labels !== null && { name: 'Labels', value: <Labels labels={run.labels} /> },
          run.parent_run_id !== null && {
            name: 'Delegated by',
            value: (
              <a
                href={screen(`/runs/${encodeURIComponent(run.parent_run_id)}`, {
                  session: run.session_id,
                })}
              >
                {run.parent_run_id}
              </a>
            ),
          },
        ]}
      />
    </section>
  );
}
