import type { Correction, FigureChange } from '../../corrections/correction.js';
import type { MetricEvent } from '../../events/metric-event.js';
import { absent } from '../output/format.js';
import { printable } from '../output/printable.js';
import { table } from '../output/table.js';
import type { Terminal } from '../output/terminal.js';

/** What a correction changes, for people. */
export function describeCorrection(
  terminal: Terminal,
  correction: Correction | undefined,
  isDryRun: boolean,
): string[] {
  const { bold, dim, green } = terminal.colors;
  if (correction === undefined) {
    return ['Nothing to correct: the event has these figures already.'];
  }
  const { event, original, changes } = correction;
  return [
    `${bold(`Event ${printable(original.id)}`)}  ${dim(printable(describePlace(original)))}`,
    '',
    table(
      terminal,
      [
        { head: 'figure', cell: (change: FigureChange) => change.name },
        {
          head: 'was',
          align: 'right',
          cell: ({ from }) => (from === null ? absent : String(from)),
        },
        { head: isDryRun ? 'would be' : 'is', align: 'right', cell: ({ to }) => String(to) },
      ],
      changes,
    ),
    '',
    isDryRun
      ? dim('Nothing was written.')
      : `${green('✓')} Corrected, and folded into the totals ${dim(`(correction ${event.id})`)}`,
  ];
}

function describePlace(event: MetricEvent): string {
  const what =
    event.type === 'message'
      ? `message of ${event.role}`
      : event.type === 'tool_call'
        ? `call of ${event.tool_name}`
        : 'end of a run';
  return `${what}, run ${event.run_id}, session ${event.session_id}`;
}
