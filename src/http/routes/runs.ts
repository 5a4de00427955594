import { z } from 'zod';
import { runStatuses } from '../../events/metric-event.js';
import { getAgno2RunMetrics } from '../../query/agno/agno2-run-metrics.js';
import { getRunMetrics } from '../../query/agno/run-metrics.js';
import { listRunSteps } from '../../query/steps/run-steps.js';
import { getRunTree } from '../../query/totals/run-tree.js';
import { getRun, listRuns, runOrders } from '../../query/totals/runs.js';
import { countWaitingSpans } from '../../query/waiting/waiting-spans.js';
import { notFound } from '../problems/problem.js';
import { agnoVersion, runMetricsSchema } from '../route/agno-schema.js';
import { csvFormat, listResponse } from '../route/csv-response.js';
import {
  flag,
  name,
  names,
  oneOf,
  page,
  someOf,
  timeRange,
  totalsChoice,
  wholeNumber,
} from '../route/parameters.js';
import { pageOf, readRunSchema, runSchema, runTreeSchema } from '../route/response-schema.js';
import { route } from '../route/route.js';
import { runStepSchema } from '../route/run-step-schema.js';
import type { Service } from '../service/service.js';

const statuses = Object.keys(runStatuses) as [keyof typeof runStatuses];
const params = z.strictObject({ run_id: name('The run') });
const session = {
  session_id: name('The session; required if several sessions have a run with this id').optional(),
};

/** The header that says how many spans are not in a response yet. */
export const waitingHeaders = (waiting = 0): Readonly<Record<string, string>> =>
  waiting === 0 ? {} : { 'runfold-waiting-spans': String(waiting) };

async function noRun({ database }: Service, project: number, run_id: string) {
  const waiting = await countWaitingSpans(database, { run_id, project });
  const hint = waiting === 0 ? '' : `${waiting} of its spans wait: see /v1/waiting`;
  return notFound('run', run_id, hint);
}

export const runRoutes = [
  route({
    method: 'GET',
    path: '/v1/runs',
    id: 'listRuns',
    tag: 'runs',
    summary: 'List runs, newest start first',
    description:
      '`Runfold-Waiting-Spans` says how many spans of the project are in no total yet, up to 1000. ' +
      'Fast without filters, by time, by `session_id` or by `parent_run_id`. The other filters read ' +
      'runs from the newest until the page is full: limit the time if matches are rare. `order_by` reads the whole range.',
    scope: 'read',
    example: { user_id: 'user-1', limit: 10 },
    query: z.strictObject({
      session_id: names('Only those of this session').optional(),
      user_id: names('Only those for this user').optional(),
      agent_id: names('Only those of this agent').optional(),
      team_id: names('Only those of this team').optional(),
      workflow_id: names('Only those of this workflow').optional(),
      parent_run_id: names('Only those that this run delegated to').optional(),
      model: names('Only those whose last model is this one').optional(),
      provider: names('Only those whose last provider is this one').optional(),
      status: someOf(statuses, 'Only those with this status').optional(),
      ended: flag('Only those that have ended, or only those that have not').optional(),
      ...totalsChoice('runs'),
      order_by: oneOf(
        runOrders,
        'Runs with the greatest figure come first; by default the newest start',
      ).optional(),
      ...timeRange('started'),
      ...page,
      ...csvFormat,
    }),
    responses: { 200: { description: 'A page of runs', schema: pageOf(runSchema), has_csv: true } },
    async handle(call) {
      const { service, project } = call;
      const { format: _format, label: labels, ...query } = call.query;
      const [response, waiting] = await Promise.all([
        listResponse(call, 'runs', runSchema, (page) =>
          listRuns(service.database, { ...query, labels, ...page, project }),
        ),
        countWaitingSpans(service.database, { project }),
      ]);
      return { ...response, headers: { ...response.headers, ...waitingHeaders(waiting) } };
    },
  }),
  route({
    method: 'GET',
    path: '/v1/runs/{run_id}',
    id: 'getRun',
    tag: 'runs',
    summary: 'Read the totals of a run',
    description:
      'If spans of its trace are waiting for others, `waiting_spans` and the header `Runfold-Waiting-Spans` say how many: they are not in the totals yet.',
    scope: 'read',
    params,
    query: z.strictObject(session),
    responses: { 200: { description: 'The totals', schema: readRunSchema } },
    problems: [404, 409],
    async handle({ service, project, params: { run_id }, query }) {
      const run = await getRun(service.database, { run_id, ...query, project });
      if (run === undefined) throw await noRun(service, project, run_id);
      return { body: run, headers: waitingHeaders(run.waiting_spans) };
    },
  }),
  route({
    method: 'GET',
    path: '/v1/runs/{run_id}/tree',
    id: 'getRunTree',
    tag: 'runs',
    summary: 'Read a run and all runs below it',
    description:
      'Along `parent_run_id`, in one snapshot, with the figures of each run alone and of its subtree.',
    scope: 'read',
    params,
    query: z.strictObject({
      ...session,
      max_depth: wholeNumber(
        1,
        1000,
        'The maximum number of runs from the root to a leaf; 100 by default',
      ).optional(),
    }),
    responses: { 200: { description: 'The tree', schema: runTreeSchema } },
    problems: [404, 409, 422],
    async handle({ service, project, params: { run_id }, query }) {
      const tree = await getRunTree(service.database, { run_id, ...query, project });
      if (tree === undefined) throw await noRun(service, project, run_id);
      return { body: tree, headers: waitingHeaders(tree.waiting_spans) };
    },
  }),
  route({
    method: 'GET',
    path: '/v1/runs/{run_id}/steps',
    id: 'listRunSteps',
    tag: 'runs',
    summary: 'List the steps of a run and of all runs below it, in the order in which they began',
    description:
      'Messages and tool calls in one list. Corrections are added to the figures of what they correct.',
    scope: 'read',
    params,
    query: z.strictObject({
      ...session,
      subtree: flag('Whether the runs below it are included; true by default').optional(),
      ...page,
    }),
    responses: { 200: { description: 'A page of steps', schema: pageOf(runStepSchema) } },
    problems: [404, 409, 422],
    async handle({ service, project, params: { run_id }, query }) {
      const steps = await listRunSteps(service.database, { run_id, ...query, project });
      if (steps === undefined) throw notFound('run', run_id);
      return { body: steps };
    },
  }),
  route({
    method: 'GET',
    path: '/v1/runs/{run_id}/metrics',
    id: 'getRunMetrics',
    tag: 'runs',
    summary: "Read a run's metrics in Agno's shape",
    description:
      'Lists with one value per assistant message, zeros kept, missing values skipped; with `agno=2` ' +
      'sums, with details by model, as `RunMetrics` of Agno 2.x.',
    scope: 'read',
    params,
    query: z.strictObject({ ...session, ...agnoVersion }),
    responses: { 200: { description: 'The metrics', schema: runMetricsSchema } },
    problems: [404, 409],
    async handle({ service, project, params: { run_id }, query: { agno, ...query } }) {
      const waiting = await countWaitingSpans(service.database, { run_id, project });
      const read = agno === '2' ? getAgno2RunMetrics : getRunMetrics;
      const metrics = await read(service.database, { run_id, ...query, project });
      if (metrics === undefined) throw await noRun(service, project, run_id);
      return { body: metrics, headers: waitingHeaders(waiting) };
    },
  }),
];
