import { z } from 'zod';
import { hasBearerToken } from '../metrics/bearer-token.js';
import { failingOf, readReadiness } from '../metrics/readiness.js';
import { ProblemError } from '../problems/problem.js';
import { route } from '../route/route.js';
import type { Service } from '../service/service.js';

const state = z.enum(['ok', 'failing']);

export const healthRoutes = [
  route({
    method: 'GET',
    path: '/livez',
    id: 'getLiveness',
    tag: 'operations',
    is_momentary: true,
    summary: 'Check that the process responds',
    responses: {
      200: { description: 'It responds', schema: z.strictObject({ status: z.literal('ok') }) },
    },
    async handle() {
      return { body: { status: 'ok' } };
    },
  }),
  route({
    method: 'GET',
    path: '/readyz',
    id: 'getReadiness',
    tag: 'operations',
    is_momentary: true,
    summary: 'Check that the service can handle requests',
    description:
      'Checks the database, its migrations and the queue. The response is 503 while one fails, and while the service shuts down.',
    responses: {
      200: {
        description: 'All checks pass',
        schema: z.strictObject({
          status: z.literal('ok'),
          database: state,
          migrations: state,
          queue: state,
        }),
      },
    },
    problems: [503],
    async handle({ service }) {
      const found = await readReadiness(service);
      const failing = failingOf(found);
      if (failing.length === 0 && !service.closing.aborted) {
        return { body: { status: 'ok', ...found } };
      }
      const what = service.closing.aborted
        ? 'The service is shutting down'
        : `These checks fail: ${failing.join(', ')}`;
      throw new ProblemError('not_ready', `${what}.`, {
        fields: found,
        headers: { 'retry-after': '2' },
      });
    },
  }),
  route({
    method: 'GET',
    path: '/metrics',
    id: 'getMetrics',
    tag: 'operations',
    is_momentary: true,
    summary: 'Read the metrics of the service for Prometheus',
    description:
      'They cover all projects. Open while there are no keys; after that it needs the bearer token of ' +
      '`RUNFOLD_METRICS_TOKEN`, and if that variable is not set nobody can read them.',
    responses: {
      200: {
        description: 'The exposition format',
        type: 'text/plain',
        example:
          'runfold_events_received_total 3\nrunfold_events_applied_total 3\nrunfold_queue_age_seconds 0\n…',
      },
    },
    problems: [401],
    async handle({ service, request }) {
      await admitToMetrics(service, request.headers.authorization);
      const { metrics } = service;
      return { body: await metrics.text(), headers: { 'content-type': metrics.content_type } };
    },
  }),
];

async function admitToMetrics(service: Service, authorization: string | undefined): Promise<void> {
  const { metrics_token: token, access } = service;
  if (token === undefined && !(await access.needsKey())) return;
  if (token !== undefined && hasBearerToken(authorization, token)) return;
  throw new ProblemError(
    'unauthorized',
    'The bearer token is missing or is not the token of RUNFOLD_METRICS_TOKEN.',
    { headers: { 'www-authenticate': 'Bearer realm="runfold"' } },
  );
}
