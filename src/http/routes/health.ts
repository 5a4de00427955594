import { timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { checkMigrated } from '../../store/migrate.js';
import { ProblemError } from '../problems/problem.js';
import { route } from '../route/route.js';
import type { Service } from '../service/service.js';

const state = z.enum(['ok', 'failing']);

/** What readiness goes by, each with its check. */
const checks = {
  async database({ database }: Service) {
    const [row] = await database.query<{ is_read_only: boolean }>(
      `select current_setting('transaction_read_only') = 'on' as is_read_only`,
    );
    if (row?.is_read_only !== false) throw new Error('the database is read-only, as a standby is');
  },
  migrations: ({ database }: Service) => checkMigrated(database),
  queue: ({ queue }: Service) => queue.tryWrite(),
} as const;

const inOrder = (found: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.keys(checks).map((name) => [name, found[name]]));

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
      const found: Record<string, z.infer<typeof state>> = {};
      await Promise.all(
        Object.entries(checks).map(async ([name, check]) => {
          try {
            await check(service);
            found[name] = 'ok';
          } catch (error) {
            service.log.warn({ err: error, check: name }, 'not ready');
            found[name] = 'failing';
          }
        }),
      );
      const failing = Object.keys(found).filter((name) => found[name] === 'failing');
      if (failing.length === 0 && !service.closing.aborted) {
        return { body: { status: 'ok', ...inOrder(found) } };
      }
      const what = service.closing.aborted
        ? 'the service to stay open, got it closing'
        : `all checks to pass, got failing: ${failing.join(', ')}`;
      throw new ProblemError('not_ready', `Expected ${what}.`, {
        fields: inOrder(found),
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
  const expected = Buffer.from(`Bearer ${token ?? ''}`);
  const got = Buffer.from(authorization ?? '');
  const isRight = got.length === expected.length && timingSafeEqual(got, expected);
  if (token !== undefined && isRight) return;
  throw new ProblemError(
    'unauthorized',
    'Expected the token of RUNFOLD_METRICS_TOKEN as a bearer token, got another or none.',
    { headers: { 'www-authenticate': 'Bearer realm="runfold"' } },
  );
}
