import { parameter } from '../../address/parameters.js';
import { usageQuestion, useUsage } from '../../ask/usage.js';
import { Bar } from '../../part/bar.js';
import { FilterBar } from '../../part/filter-bar.js';
import { Given } from '../../part/given.js';
import { later } from '../../part/later.js';
import { SplitCard } from './split-card.js';
import { courseFigures, Tiles, tileFigures } from './tiles.js';

const NothingHere = later(
  async () => (await import('../first/nothing-here.js')).NothingHere,
  'shape-chart',
);
// Below the fold, so they load after the rest.
const ToolsCard = later(async () => (await import('./tools-card.js')).ToolsCard);
const SessionsCard = later(async () => (await import('./sessions-card.js')).SessionsCard);

/** What it cost, how slow it was, and how often it failed, at a glance. */
export function Overview() {
  const compares = parameter('compare') !== 'off';
  const all = useUsage('all', usageQuestion({ figures: tileFigures }));
  const before = useUsage(
    'all-before',
    compares ? usageQuestion({ period: 'before', figures: tileFigures }) : undefined,
  );
  const course = useUsage('course', usageQuestion({ buckets: true, figures: courseFigures }));
  const [row] = all.value?.rows ?? [];
  const isEmpty = all.value !== undefined && !all.isOld && isNothing(row);
  return (
    <>
      <Bar title="Overview" hasRange hasCompare hasLive />
      <FilterBar
        names={['agent_id', 'model', 'provider', 'tool_name', 'user_id', 'team_id', 'workflow_id']}
      />
      {isEmpty ? (
        <NothingHere />
      ) : (
        <>
          <Given asked={all} shape={<div class="shape-tiles card" />}>
            {({ rows: [now] }) => (
              <Tiles
                row={now}
                before={compares ? before.value?.rows[0] : undefined}
                course={course.value?.rows ?? []}
              />
            )}
          </Given>
          <SplitCard />
          <div class="halves">
            <ToolsCard />
            <SessionsCard />
          </div>
        </>
      )}
    </>
  );
}

function isNothing(
  row:
    | { assistant_messages: number | null; tool_calls: number | null; runs: number | null }
    | undefined,
): boolean {
  return (
    row === undefined ||
    [row.assistant_messages, row.tool_calls, row.runs].every(
      (count) => count === null || count === 0,
    )
  );
}
