import type { WaitingSpan } from '../../query/waiting/waiting-spans.js';
import { absent, count, localTime } from '../output/format.js';
import { table } from '../output/table.js';
import type { Terminal } from '../output/terminal.js';

/** Waiting spans as a table. */
export function waitingTable(terminal: Terminal, spans: readonly WaitingSpan[]): string {
  const { colors } = terminal;
  return table(
    terminal,
    [
      { head: 'trace', cell: (span) => span.trace_id, least: 32 },
      { head: 'span', cell: (span) => span.span_id, least: 16, drop: 3, paint: colors.dim },
      { head: 'type', cell: (span) => span.type },
      { head: 'model or tool', cell: (span) => span.model ?? span.tool_name ?? absent, least: 13 },
      { head: 'input', align: 'right', cell: (span) => count(span.input_tokens) },
      { head: 'output', align: 'right', cell: (span) => count(span.output_tokens) },
      { head: 'since', cell: (span) => localTime(span.waiting_since), drop: 2, paint: colors.dim },
      { head: 'due', cell: (span) => localTime(span.due_at), drop: 1 },
    ],
    spans,
  );
}
