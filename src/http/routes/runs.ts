import { z } from 'zod';
import { runStatuses } from '../../events/metric-event.js';
import { getRunMetrics } from '../../query/agno/run-metrics.js';
import { getRunTree } from '../../query/totals/run-tree.js';
import { getRun, listRuns } from '../../query/totals/runs.js';
import { countWaitingSpans } from '../../query/waiting/waiting-spans.js';
import { notFound } from '../problems/problem.js';
import { pageOf, runMetricsSchema, runSchema, runTreeSchema } from '../route/answer-schema.js';
import { name, oneOf, page, timeRange, wholeNumber } from '../route/parameters.js';
import { route } from '../route/route.js';

const statuses = Object.keys(runStatuses) as [keyof typeof runStatuses];
const params = z.strictObject({ run_id: name('The run') });
const session = {
  session_id: name('The conversation; needed where several have a run of this id').optional(),
};

export const runRoutes = [
  route({
    method: 'GET',
    path: '/v1/runs',
    id: 'listRuns',
    tag: 'runs',
    summary: 'List runs, newest start first',
    description:
      'Cheap without filters, by time, by `session_id` or by `parent_run_id`. The other filters read ' +
      'runs from the newest until the page is full: bound them by time where matches are rare.',
    scope: 'read',
    example: { user_id: 'user-1', limit: 10 },
    query: z.strictObject({
      session_id: name('Only of this conversation').optional(),
      user_id: name('Only for this user').optional(),
      agent_id: name('Only of this agent').optional(),
      team_id: name('Only of this team').optional(),
      workflow_id: name('Only of this workflow').optional(),
      parent_run_id: name('Only those that this run delegated to').optional(),
      model: name('Only where this model answered last').optional(),
      status: oneOf(statuses, 'Only with this outcome').optional(),
      ...timeRange('started'),
      ...page,
    }),
    answers: { 200: { description: 'A page of runs', schema: pageOf(runSchema) } },
    async handle({ service, project, query }) {
      return { body: await listRuns(service.database, { ...query, project }) };
    },
  }),
  route({
    method: 'GET',
    path: '/v1/runs/{run_id}',
    id: 'getRun',
    tag: 'runs',
    summary: 'Read the totals of a run',
    description:
      'While spans of its trace wait for others, `Runfold-Waiting-Spans` says how many: they are not in the totals yet.',
    scope: 'read',
    params,
    query: z.strictObject(session),
    answers: { 200: { description: 'The totals', schema: runSchema } },
    problems: [404, 409],
    async handle({ service, project, params: { run_id }, query }) {
      const [run, waiting] = await Promise.all([
        getRun(service.database, { run_id, ...query, project }),
        countWaitingSpans(service.database, { run_id, project }),
      ]);
      if (run === undefined) {
        throw notFound(
          'a run',
          run_id,
          waiting === 0 ? '' : `${waiting} of its spans wait: see /v1/waiting`,
        );
      }
      return waiting === 0
        ? { body: run }
        : { body: run, headers: { 'runfold-waiting-spans': String(waiting) } };
    },
  }),
  route({
    method: 'GET',
    path: '/v1/runs/{run_id}/tree',
    id: 'getRunTree',
    tag: 'runs',
    summary: 'Read a run and all runs below it',
    description: 'Along `parent_run_id`, in one snapshot, with what each used itself and in all.',
    scope: 'read',
    params,
    query: z.strictObject({
      ...session,
      max_depth: wholeNumber(
        1,
        1000,
        'The most runs from the root to a leaf; 100 by default',
      ).optional(),
    }),
    answers: { 200: { description: 'The tree', schema: runTreeSchema } },
    problems: [404, 409, 422],
    async handle({ service, project, params: { run_id }, query }) {
      const tree = await getRunTree(service.database, { run_id, ...query, project });
      if (tree === undefined) throw notFound('a run', run_id);
      return { body: tree };
    },
  }),
  route({
    method: 'GET',
    path: '/v1/runs/{run_id}/metrics',
    id: 'getRunMetrics',
    tag: 'runs',
    summary: "Read a run's metrics in Agno's shape",
    description: 'Lists with one value per assistant message, zeros kept, missing values skipped.',
    scope: 'read',
    params,
    query: z.strictObject(session),
    answers: { 200: { description: 'The metrics', schema: runMetricsSchema } },
    problems: [404, 409],
    async handle({ service, project, params: { run_id }, query }) {
      const metrics = await getRunMetrics(service.database, { run_id, ...query, project });
      if (metrics === undefined) throw notFound('a run', run_id);
      return { body: metrics };
    },
  }),
];
