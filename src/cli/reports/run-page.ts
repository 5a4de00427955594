import type { RunTree } from '../../query/totals/run-tree.js';
import { printable } from '../output/printable.js';
import type { Terminal } from '../output/terminal.js';
import { totalsLines, treeLines } from './run-report.js';
import { paintStatus } from './run-table.js';
import { type LoggedStep, mostSteps, stepTable } from './step-table.js';

/** Shows a run in full: its totals, its steps, and its tree if it delegated. */
export function showRun(terminal: Terminal, tree: RunTree, steps: readonly LoggedStep[]): void {
  const { bold, dim } = terminal.colors;
  const { run } = tree;
  const status = run.status === null ? dim('not ended') : paintStatus(terminal.colors, run.status);
  terminal.line(`${bold(`Run ${printable(run.run_id)}`)}  ${status}`);
  for (const line of totalsLines(terminal, run)) terminal.line(line);
  if (steps.length > 0) terminal.line(`\n${stepTable(terminal, steps)}`);
  if (run.messages > mostSteps || run.tool_calls > mostSteps) {
    terminal.line(dim(`The first ${mostSteps} messages and ${mostSteps} tool calls.`));
  }
  if (tree.children.length === 0) return;
  terminal.line(`\n${bold('It delegated to')}`);
  for (const line of treeLines(terminal, tree)) terminal.line(line);
}
