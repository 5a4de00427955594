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
    summary: 'Tell whether the process answers',
    answers: {
      200: { description: 'It does', schema: z.strictObject({ status: z.literal('ok') }) },
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
    summary: 'Tell whether the service can take and answer requests',
    description:
      'Looks at the database, its migrations and the queue. It is 503 while one fails, and while the service closes.',
    answers: {
      200: {
        description: 'All is well',
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
        ? 'the service to stay open, got it closing'
        : `all checks to pass, got failing: ${failing.join(', ')}`;
      throw new ProblemError('not_ready', `Expected ${what}.`, {
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
    summary: 'Read the figures of the service for Prometheus',
    description:
      'Of all projects. Open while there are no keys; then it takes the bearer token of ' +
      '`RUNFOLD_METRICS_TOKEN`, and without that variable nobody.',
    answers: {
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
    'Expected the token of RUNFOLD_METRICS_TOKEN as a bearer token, got another or none.',
    { headers: { 'www-authenticate': 'Bearer realm="runfold"' } },
  );
}
