import { z } from 'zod';
import { oneOfNames } from '../../events/check/nearest-name.js';
import { runStatuses } from '../../events/metric-event.js';
import { InvalidQueryError } from '../../query/query-errors.js';
import { listRuns } from '../../query/totals/runs.js';
import { getTopSessions, sessionFigures } from '../../query/totals/top-sessions.js';
import type { Totals } from '../../query/totals/totals.js';
import {
  figuresBy,
  getUsage,
  type UsageFigure,
  usageFigures,
} from '../../query/usage/get-usage.js';
import { name, oneOf } from '../route/parameters.js';
import { defineTool } from './mcp-tool.js';
import { cursor, labels, range, rangeOf, rows, size, whose } from './tool-inputs.js';

/** The fields of a run or session in a list. */
const shown = [
  'run_id',
  'session_id',
  'parent_run_id',
  'status',
  'started_at',
  'ended_at',
  'user_id',
  'agent_id',
  'model',
  'runs',
  'messages',
  'tool_calls',
  'tool_errors',
  'total_tokens',
  'cost',
];

/** Picks these fields from the totals of a run or session. */
export function shortTotals(totals: Totals): Record<string, unknown> {
  const all = totals as unknown as Record<string, unknown>;
  return Object.fromEntries(shown.filter((field) => field in all).map((f) => [f, all[f]]));
}

const statuses = Object.keys(runStatuses) as [keyof typeof runStatuses];

export const runsTool = defineTool({
  name: 'runs',
  title: 'List runs',
  description:
    'Runs of agents, newest start first, with the status, tokens and cost of each. Pass next_cursor for the next page.',
  input: z.strictObject({
    session_id: name('Only those of this session').optional(),
    parent_run_id: name('Only those that this run delegated to').optional(),
    status: oneOf(statuses, 'Only those with this status').optional(),
    ended: z
      .boolean()
      .optional()
      .describe('Only those that have ended, or only those that have not'),
    ...whose,
    model: name('Only those whose last model is this one').optional(),
    ...labels,
    ...range,
    limit: rows(10),
    cursor,
    ...size,
  }),
  async read({ database, project }, input) {
    const { max_bytes: _size, from, to, limit = 10, ...filters } = input;
    const page = await listRuns(database, { ...filters, from, to, limit, project });
    return {
      answer: { next_cursor: page.next_cursor, runs: page.items.map(shortTotals) },
      lists: ['runs'],
    };
  },
});

/** The kinds that `top` ranks, with their dimension of usage. */
const ranked = {
  sessions: undefined,
  users: 'user_id',
  models: 'model',
  agents: 'agent_id',
  tools: 'tool_name',
  teams: 'team_id',
  workflows: 'workflow_id',
} as const;
const kinds = Object.keys(ranked) as [keyof typeof ranked];

export const topTool = defineTool({
  name: 'top',
  title: 'Rankings',
  description:
    'The sessions, users, models, agents, tools, teams or workflows with the most cost, tokens, errors or time in a range.',
  input: z.strictObject({
    what: oneOf(kinds, 'What to rank'),
    by: name('The figure, such as cost, total_tokens or tool_errors; cost by default').optional(),
    ...range,
    limit: rows(10),
    ...size,
  }),
  async read({ database, project }, { what, by = 'cost', limit = 10, ...input }) {
    const dimension = ranked[what];
    const time = rangeOf(input);
    if (dimension === undefined) {
      const order_by = checkedName('by', by, sessionFigures);
      const found = await getTopSessions(database, { project, ...time, order_by, limit });
      return { answer: { what, by, ...time, rows: found.map(shortTotals) }, lists: ['rows'] };
    }
    const order_by = checkedName('by', by, usageFigures);
    const kept = figuresBy([dimension]);
    const beside: UsageFigure[] = ['cost', 'total_tokens', 'tool_calls', 'tool_errors'];
    const figures = [...new Set([order_by, ...beside.filter((name) => kept.includes(name))])];
    const { from, to, rows } = await getUsage(database, {
      project,
      ...time,
      group_by: [dimension],
      figures,
      order_by,
      top: limit,
      fill: false,
    });
    return { answer: { what, by, from, to, rows }, lists: ['rows'] };
  },
});

function checkedName<N extends string>(field: string, given: string, names: readonly N[]): N {
  const found = names.find((known) => known === given);
  if (found !== undefined) return found;
  throw new InvalidQueryError(field, oneOfNames(names, given), JSON.stringify(given));
}
