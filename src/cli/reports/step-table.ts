import type { Database } from '../../postgres/database.js';
import type { LoggedMessage } from '../../query/log/messages.js';
import { listMessages } from '../../query/log/messages.js';
import { type LoggedToolCall, listToolCalls } from '../../query/log/tool-calls.js';
import type { RunTotals } from '../../query/totals/totals.js';
import { absent, count, dollars, duration } from '../output/format.js';
import { table } from '../output/table.js';
import type { Terminal } from '../output/terminal.js';

/** A message or a tool call of a run. */
export type LoggedStep = LoggedMessage | LoggedToolCall;

/** The maximum number of each kind that is read. */
export const mostSteps = 1_000;

/** The messages and tool calls of a run in order, at most a thousand of each. */
export async function readRunSteps(database: Database, run: RunTotals) {
  const { project, session_id, run_id } = run;
  const options = { project, session_id, run_id, limit: mostSteps };
  const messages = (await listMessages(database, options)).items;
  const tool_calls = (await listToolCalls(database, options)).items;
  const steps: LoggedStep[] = [...messages, ...tool_calls].sort(
    (a, b) => compare(a.occurred_at, b.occurred_at) || (a.sequence ?? 0) - (b.sequence ?? 0),
  );
  return { messages, tool_calls, steps };
}

// RFC 3339 strings in UTC: with a Z at the end, a fraction of three digits sorts after one of six.
const compare = (a: string, b: string) => {
  const [left, right] = [a.replace('Z', ''), b.replace('Z', '')];
  return left < right ? -1 : left > right ? 1 : 0;
};

const isCall = (step: LoggedStep): step is LoggedToolCall => 'tool_name' in step;

/** The steps as a table. */
export function stepTable(terminal: Terminal, steps: readonly LoggedStep[]): string {
  const { dim, red, cyan, green, yellow } = terminal.colors;
  return table(
    terminal,
    [
      {
        head: 'step',
        cell: (step) => (isCall(step) ? 'tool' : step.role),
        paint: (name, step) => (isCall(step) ? cyan(name) : name),
      },
      {
        head: 'what',
        least: 22,
        cell: (step) =>
          isCall(step) ? `${step.tool_name}${describeFailure(step)}` : (step.model ?? ''),
        paint: (what, step) => (isCall(step) ? (step.error ? red(what) : what) : dim(what)),
      },
      { head: 'input', align: 'right', cell: (step) => blank(count(step.input_tokens)) },
      { head: 'cached', align: 'right', drop: 3, cell: (step) => blank(count(step.cached_tokens)) },
      { head: 'output', align: 'right', cell: (step) => blank(count(step.output_tokens)) },
      {
        head: 'reasoning',
        align: 'right',
        drop: 4,
        cell: (step) => blank(count(step.reasoning_tokens)),
      },
      {
        head: 'first token',
        align: 'right',
        drop: 2,
        cell: (step) => blank(duration(step.time_to_first_token)),
      },
      { head: 'time', align: 'right', cell: (step) => blank(duration(step.time)) },
      {
        head: 'cost',
        align: 'right',
        cell: (step) => blank(dollars(step.cost)),
        paint: (cost) => green(cost),
      },
      {
        head: '',
        cell: (step) => (step.corrections === 0 ? '' : 'corrected'),
        paint: (mark) => yellow(mark),
      },
    ],
    steps,
  );
}

/** Many columns do not apply to a step: they stay empty, so that the others are easy to read. */
const blank = (figure: string) => (figure === absent ? '' : figure);

function describeFailure(call: LoggedToolCall): string {
  if (call.error !== true) return '';
  return call.error_text === null ? ' ✗' : ` ✗ ${call.error_text}`;
}
