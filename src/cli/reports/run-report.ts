import type { RunTree } from '../../query/totals/run-tree.js';
import type { RunTotals, SessionTotals } from '../../query/totals/totals.js';
import { costOf, count, duration, localTime, plural } from '../output/format.js';
import { printable } from '../output/printable.js';
import type { Terminal } from '../output/terminal.js';
import { paintStatus } from './run-table.js';

/** Lines with who, when and how much, for a run or a session. */
export function totalsLines(terminal: Terminal, totals: RunTotals | SessionTotals): string[] {
  const { dim } = terminal.colors;
  const facts: [string, string][] = [
    ['who', describeAgent(totals)],
    ['when', describeDates(totals)],
    ['model', [totals.model, totals.provider].filter(isText).join(separator)],
    ['did', describeWork(totals)],
    ['tokens', describeTokens(totals)],
    ['time', describeTime(totals)],
    ['cost', costLine(totals)],
  ];
  return facts
    .filter(([, value]) => value !== '')
    .flatMap(([name, value]) =>
      wrapParts(printable(value), terminal.width - indent).map(
        (line, at) => `  ${dim((at === 0 ? name : '').padEnd(7))} ${line}`,
      ),
    );
}

/** Columns before a fact. */
const indent = 10;
const separator = ' · ';

/** Breaks a text between its parts if it is wider than the terminal. */
function wrapParts(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const part of text.split(separator)) {
    const last = lines.at(-1);
    if (last === undefined || last.length + separator.length + part.length > width)
      lines.push(part);
    else lines[lines.length - 1] = `${last}${separator}${part}`;
  }
  return lines;
}

const isText = (value: string | null | false | undefined): value is string =>
  typeof value === 'string' && value !== '';

function describeAgent(totals: RunTotals | SessionTotals): string {
  return [
    // Several agents may work in a session; its runs name them.
    'agent_name' in totals && agentOf(totals),
    isText(totals.team_id) && `team ${totals.team_id}`,
    isText(totals.workflow_id) && `workflow ${totals.workflow_id}`,
    isText(totals.user_id) && `for ${totals.user_id}`,
    'run_id' in totals && `in session ${totals.session_id}`,
  ]
    .filter(isText)
    .join(separator);
}

function agentOf({ agent_name, agent_id }: RunTotals): string | null {
  if (agent_name === null) return agent_id === null ? null : `agent ${agent_id}`;
  return agent_id === null ? agent_name : `${agent_name} (${agent_id})`;
}

function describeDates({ started_at, ended_at }: RunTotals | SessionTotals): string {
  if (started_at === null || ended_at === null) return '';
  const seconds = (Date.parse(ended_at) - Date.parse(started_at)) / 1000;
  return `${localTime(started_at)}, over ${duration(seconds)}`;
}

function describeWork(totals: RunTotals | SessionTotals): string {
  const failed = totals.tool_errors > 0 ? `, ${count(totals.tool_errors)} failed` : '';
  return [
    'runs' in totals && plural(totals.runs, 'run'),
    plural(totals.messages, 'message'),
    `${plural(totals.tool_calls, 'tool call')}${failed}`,
  ]
    .filter(isText)
    .join(separator);
}

function costLine(totals: RunTotals | SessionTotals): string {
  const { cost, unpriced_messages: unpriced } = totals;
  return [
    cost !== null && costOf(totals),
    unpriced > 0 && `${plural(unpriced, 'message')} without a price`,
  ]
    .filter(isText)
    .join(separator);
}

function describeTokens(totals: RunTotals | SessionTotals): string {
  if (totals.total_tokens === null) return '';
  const part = (value: number | null, name: string) => value !== null && `${count(value)} ${name}`;
  const parts = [
    part(totals.input_tokens, 'in'),
    part(totals.output_tokens, 'out'),
    part(totals.cached_tokens, 'cached'),
    part(totals.reasoning_tokens, 'reasoning'),
    part(totals.audio_tokens, 'audio'),
  ].filter(isText);
  return `${count(totals.total_tokens)}${parts.length > 0 ? ` (${parts.join(separator)})` : ''}`;
}

function describeTime(totals: RunTotals | SessionTotals): string {
  return [
    totals.time !== null && `${duration(totals.time)} in models`,
    totals.tool_time !== null && `${duration(totals.tool_time)} in tools`,
    totals.run_time !== null && `${duration(totals.run_time)} wall clock`,
    totals.time_to_first_token !== null &&
      `first token after ${duration(totals.time_to_first_token)}`,
  ]
    .filter(isText)
    .join(separator);
}

/** A run's tree, one line per run with its own figures, and a line with those of all runs. */
export function treeLines(terminal: Terminal, tree: RunTree): string[] {
  const { bold, dim } = terminal.colors;
  const rows: { name: string; tree: RunTree }[] = [];
  const walk = (node: RunTree, lead: string, branch: string) => {
    rows.push({
      name: `${branch}${printable(node.run.agent_name ?? node.run.agent_id ?? node.run.run_id)}`,
      tree: node,
    });
    node.children.forEach((child, at) => {
      const isLast = at === node.children.length - 1;
      walk(child, `${lead}${isLast ? '   ' : '│  '}`, `${lead}${isLast ? '└─ ' : '├─ '}`);
    });
  };
  walk(tree, '', '');
  const width = Math.max(...rows.map(({ name }) => name.length), 12);
  const figures = (usage: RunTree['self']) =>
    `${count(usage.total_tokens).padStart(9)} tokens  ${duration(usage.time).padStart(7)}  ${costOf(usage).padStart(9)}`;
  return [
    ...rows.map(({ name, tree: { run, self } }) => {
      const status = run.status === null ? '' : paintStatus(terminal.colors, run.status);
      return `  ${name.padEnd(width)}  ${figures(self)}  ${status}`;
    }),
    `  ${dim('together'.padEnd(width))}  ${bold(figures(tree.subtree))}`,
  ];
}
