import type { ProjectionRebuild, RebuildReport } from '../../projections/rebuild/rebuild-report.js';
import { count, duration, plural } from '../output/format.js';
import { type Column, table } from '../output/table.js';
import type { Terminal } from '../output/terminal.js';

/** The result of a rebuild, for people. */
export function describeRebuild(terminal: Terminal, report: RebuildReport): string[] {
  const { green, dim, yellow } = terminal.colors;
  const { outcome, projections, events, seconds, longest_lock_ms } = report;
  const figure = (
    head: string,
    cell: (row: ProjectionRebuild) => number,
  ): Column<ProjectionRebuild> => ({
    head,
    align: 'right',
    cell: (row) => count(cell(row)),
    paint: (text, row) => (cell(row) === 0 ? dim(text) : yellow(text)),
  });
  const columns: Column<ProjectionRebuild>[] = [
    { head: 'totals', cell: ({ name }) => name },
    { head: 'rows', align: 'right', cell: ({ rows_after }) => count(rows_after) },
    figure('added', ({ added }) => added),
    figure('removed', ({ removed }) => removed),
    figure('changed', ({ changed }) => changed),
  ];
  const differing = projections.reduce(
    (sum, { added, removed, changed }) => sum + added + removed + changed,
    0,
  );
  const found =
    differing === 0
      ? 'every row was correct'
      : outcome === 'dry_run'
        ? `${plural(differing, 'row')} would change; nothing was written`
        : `${plural(differing, 'row')} repaired`;
  const pace = count(events / Math.max(0.001, seconds));
  const pause =
    longest_lock_ms > 0 ? `, writers paused for ${duration(longest_lock_ms / 1000)} at most` : '';
  return [
    table(terminal, columns, projections),
    '',
    `${green('✓')} ${plural(events, 'event')} folded: ${found} ${dim(`(${duration(seconds)}, ${pace} events/s${pause})`)}`,
  ];
}
