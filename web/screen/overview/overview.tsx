import { parameter, screen } from '../../address/parameters.js';
import {
  areKept,
  filterOf,
  type UsageRow,
  usageFilterNames,
  usageQuestion,
  useUsage,
} from '../../ask/usage.js';
import { Bar } from '../../part/bar.js';
import { FilterBar } from '../../part/filter-bar.js';
import { filterWord } from '../../part/filter-words.js';
import { Given } from '../../part/given.js';
import { later } from '../../part/later.js';
import { SessionsCard } from './sessions-card.js';
import { SplitCard } from './split-card.js';
import { courseFigures, Tiles, tileFigures } from './tiles.js';
import { ToolsCard } from './tools-card.js';

const NothingHere = later(
  async () => (await import('../first/nothing-here.js')).NothingHere,
  'shape-chart',
);

/** What it cost, how slow it was, and how often it failed, at a glance. */
export function Overview() {
  const compares = parameter('compare') !== 'off';
  const isKept = areKept(usageFilterNames());
  const all = useUsage(
    'all',
    isKept ? usageQuestion({ figures: tileFigures, compares }) : undefined,
  );
  const course = useUsage(
    'course',
    isKept ? usageQuestion({ buckets: true, figures: courseFigures }) : undefined,
  );
  const [row] = all.value?.rows ?? [];
  const isEmpty = all.value !== undefined && !all.isOld && isNothing(row);
  return (
    <>
      <Bar title="Overview" hasRange hasCompare hasLive />
      <FilterBar
        names={['agent_id', 'model', 'provider', 'tool_name', 'user_id', 'team_id', 'workflow_id']}
      />
      {!isKept ? (
        <NotTogether />
      ) : isEmpty ? (
        <NothingHere />
      ) : (
        <>
          <Given asked={all} shape={<div class="shape-tiles card" />}>
            {({ rows: [now], before }) => (
              <Tiles
                row={now}
                before={compares ? before?.rows[0] : undefined}
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

/** Filters that no totals are stored by together; lists can be narrowed by all of them. */
function NotTogether() {
  const words = usageFilterNames().map((name) => filterWord(filterOf(name)));
  return (
    <section class="card empty" aria-label="Filters that cannot be combined">
      <h2>These filters cannot be combined here: {words.join(', ')}</h2>
      <p>
        Totals over time are not stored by all of them together. Remove one, or see the{' '}
        <a href={screen('/sessions')}>sessions</a> and <a href={screen('/runs')}>runs</a> that
        match.
      </p>
    </section>
  );
}

function isNothing(
  row: Pick<UsageRow, 'assistant_messages' | 'tool_calls' | 'runs'> | undefined,
): boolean {
  return (
    row === undefined ||
    [row.assistant_messages, row.tool_calls, row.runs].every(
      (count = null) => count === null || count === 0,
    )
  );
}
