import type { RunTotals } from '../../ask/lists.js';
import { none, seconds } from '../../figure/figures.js';
import { lasted } from '../../part/total-cells.js';

/** When a run was, within its session. */
export function RunTrack({
  run,
  first,
  length,
  pause,
  colour = 'c1',
}: {
  readonly run: RunTotals;
  readonly first: number;
  readonly length: number;
  readonly pause: number;
  readonly colour: string | undefined;
}) {
  if (run.started_at === null) return <>{none}</>;
  const start = Date.parse(run.started_at) - first;
  const took = (lasted(run) ?? 0) * 1000;
  const tone = run.status === 'error' ? 'failed' : colour;
  return (
    <span
      class="track run-track"
      title={pause > 1 ? `${seconds(pause)} after the run before` : undefined}
    >
      {pause > 1 && (
        <i
          class="gap"
          style={{
            left: `${((start - pause * 1000) / length) * 100}%`,
            width: `${((pause * 1000) / length) * 100}%`,
          }}
        />
      )}
      <i
        class={`step-bar ${tone}`}
        style={{ left: `${(start / length) * 100}%`, width: `${(took / length) * 100}%` }}
      />
    </span>
  );
}
