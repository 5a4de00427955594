import { z } from 'zod';
import { explainCost } from '../../query/totals/explain-cost.js';
import { getRun, listRuns } from '../../query/totals/runs.js';
import { getSession } from '../../query/totals/sessions.js';
import { countWaitingSpans } from '../../query/waiting/waiting-spans.js';
import { notFound } from '../problems/problem.js';
import { name } from '../route/parameters.js';
import { shortTotals } from './list-tools.js';
import { defineTool } from './mcp-tool.js';
import { rows, size } from './tool-inputs.js';

const oneRun = {
  run_id: name('The run'),
  session_id: name('Its session; required if several sessions have a run with this id').optional(),
};

export const runTool = defineTool({
  name: 'run',
  title: 'One run',
  description:
    'All totals of one run: status, times, tokens, cost, tool calls, and the runs that it delegated to.',
  input: z.strictObject({ ...oneRun, ...size }),
  async read({ database, project }, { run_id, session_id }) {
    const [run, waiting] = await Promise.all([
      getRun(database, { run_id, session_id, project }),
      countWaitingSpans(database, { run_id, project }),
    ]);
    if (run === undefined) throw notFound('run', run_id);
    const children = await listRuns(database, { parent_run_id: run_id, limit: 50, project });
    return {
      answer: {
        ...run,
        ...(waiting === 0 ? {} : { waiting_spans: waiting }),
        children: children.items.map(shortTotals),
      },
      lists: ['children'],
    };
  },
});

export const sessionTool = defineTool({
  name: 'session',
  title: 'One session',
  description: 'All totals of one session, and its runs, newest first.',
  input: z.strictObject({ session_id: name('The session'), limit: rows(10), ...size }),
  async read({ database, project }, { session_id, limit = 10 }) {
    const session = await getSession(database, { session_id, project });
    if (session === undefined) throw notFound('session', session_id);
    const page = await listRuns(database, { session_id, limit, project });
    // `runs` is the number of runs, so the list of shown runs needs another name.
    return {
      answer: { ...session, latest_runs: page.items.map(shortTotals) },
      lists: ['latest_runs'],
    };
  },
});

export const explainCostTool = defineTool({
  name: 'explain_cost',
  title: 'Why a run cost what it did',
  description:
    'The cost of a run by model, by message (most expensive first) and by the runs that it delegated to, with cached ' +
    'and reasoning tokens, its tools, and the number of its messages without a price.',
  input: z.strictObject({ ...oneRun, ...size }),
  async read({ database, project }, { run_id, session_id }) {
    const found = await explainCost(database, { run_id, session_id, project });
    if (found === undefined) throw notFound('run', run_id);
    return { answer: { ...found }, lists: ['models', 'messages', 'children', 'tools'] };
  },
});
