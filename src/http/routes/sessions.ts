import { z } from 'zod';
import { getAgno2SessionMetrics } from '../../query/agno/agno2-run-metrics.js';
import { getSessionMetrics } from '../../query/agno/session-metrics.js';
import { getSession, listSessions, sessionOrders } from '../../query/totals/sessions.js';
import { countWaitingSpans } from '../../query/waiting/waiting-spans.js';
import { notFound } from '../problems/problem.js';
import { agnoVersion, sessionMetricsSchema } from '../route/agno-schema.js';
import { csvFormat, listResponse } from '../route/csv-response.js';
import { name, names, oneOf, page, timeRange, totalsChoice } from '../route/parameters.js';
import { pageOf, sessionSchema } from '../route/response-schema.js';
import { route } from '../route/route.js';
import { waitingHeaders } from './runs.js';

const params = z.strictObject({ session_id: name('The session') });

export const sessionRoutes = [
  route({
    method: 'GET',
    path: '/v1/sessions',
    id: 'listSessions',
    tag: 'sessions',
    summary: 'List sessions, newest start first',
    description:
      '`Runfold-Waiting-Spans` says how many spans of the project are in no total yet, up to 1000. ' +
      'Fast without filters, by time or by `user_id`. The other filters read sessions from the ' +
      'newest until the page is full: limit the time if matches are rare. `order_by` reads the whole range.',
    scope: 'read',
    example: { user_id: 'user-1', limit: 10 },
    query: z.strictObject({
      user_id: names('Only those for this user').optional(),
      agent_id: names('Only those of this agent').optional(),
      team_id: names('Only those of this team').optional(),
      workflow_id: names('Only those of this workflow').optional(),
      model: names('Only those whose last model is this one').optional(),
      provider: names('Only those whose last provider is this one').optional(),
      ...totalsChoice('sessions'),
      order_by: oneOf(
        sessionOrders,
        'Sessions with the greatest figure come first; by default the newest start',
      ).optional(),
      ...timeRange('started'),
      ...page,
      ...csvFormat,
    }),
    responses: {
      200: { description: 'A page of sessions', schema: pageOf(sessionSchema), has_csv: true },
    },
    async handle(call) {
      const { service, project } = call;
      const { format: _format, label: labels, ...query } = call.query;
      const [response, waiting] = await Promise.all([
        listResponse(call, 'sessions', sessionSchema, (page) =>
          listSessions(service.database, { ...query, labels, ...page, project }),
        ),
        countWaitingSpans(service.database, { project }),
      ]);
      return { ...response, headers: { ...response.headers, ...waitingHeaders(waiting) } };
    },
  }),
  route({
    method: 'GET',
    path: '/v1/sessions/{session_id}',
    id: 'getSession',
    tag: 'sessions',
    summary: 'Read the totals of a session',
    scope: 'read',
    params,
    responses: { 200: { description: 'The totals', schema: sessionSchema } },
    problems: [404],
    async handle({ service, project, params: { session_id } }) {
      const session = await getSession(service.database, { session_id, project });
      if (session === undefined) throw notFound('session', session_id);
      return { body: session };
    },
  }),
  route({
    method: 'GET',
    path: '/v1/sessions/{session_id}/metrics',
    id: 'getSessionMetrics',
    tag: 'sessions',
    summary: "Read a session's metrics in Agno's shape",
    description: 'With `agno=2` as `SessionMetrics` of Agno 2.x.',
    scope: 'read',
    params,
    query: z.strictObject(agnoVersion),
    responses: { 200: { description: 'The metrics', schema: sessionMetricsSchema } },
    problems: [404],
    async handle({ service, project, params: { session_id }, query: { agno } }) {
      const read = agno === '2' ? getAgno2SessionMetrics : getSessionMetrics;
      const metrics = await read(service.database, { session_id, project });
      if (metrics === undefined) throw notFound('session', session_id);
      return { body: metrics };
    },
  }),
];
