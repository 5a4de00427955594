import { z } from 'zod';
import { countRejects, dropReject, listRejects } from '../../query/rejects.js';
import { readObject } from '../body/read-object.js';
import { ProblemError } from '../problems/problem.js';
import { name, page, timeRange } from '../route/parameters.js';
import { pageOf } from '../route/response-schema.js';
import { checked, route } from '../route/route.js';
import { find, retry, stillInvalid, workOn } from './reject-work.js';

const rejectSchema = z
  .strictObject({
    id: z.string(),
    project: z.int(),
    code: z
      .string()
      .describe('`invalid_job`, `invalid_event`, `other_content`, or the SQLSTATE of the refusal'),
    message: z.string(),
    payload: z.string().describe('The input, as JSON text'),
    received_at: z.iso.datetime(),
    job_id: z.string(),
    position: z.int().describe('The index in the job, from 0'),
  })
  .meta({ id: 'Reject' });

const params = z.strictObject({ reject_id: name('The reject') });
const many = z
  .strictObject(
    {
      code: z.string('a string').min(1, 'a string').max(200, 'a string').optional(),
      before: z.iso.datetime({ offset: true, error: 'an RFC 3339 time with a zone' }),
      expected_count: z.int('an integer').min(1, 'an integer from 1'),
    },
    'an object',
  )
  .meta({
    id: 'ManyRejects',
    examples: [{ code: 'invalid_event', before: '2026-01-31T12:00:00Z', expected_count: 3 }],
  });
type Many = z.infer<typeof many>;
const outcome = z
  .strictObject({
    done: z.int(),
    kept: z.int().describe('Rejects that could not be sent again and are kept'),
  })
  .meta({ id: 'RejectsOutcome' });

/** Rejects of the worker: read them, send them again, or drop them. */
export const rejectRoutes = [
  route({
    method: 'GET',
    path: '/v1/rejects',
    id: 'listRejects',
    tag: 'rejects',
    summary: 'List rejects of the worker, newest first',
    scope: 'admin',
    query: z.strictObject({
      code: name('Only those with this code').optional(),
      ...timeRange('received'),
      ...page,
    }),
    responses: { 200: { description: 'A page of rejects', schema: pageOf(rejectSchema) } },
    async handle({ service, project, query }) {
      return { body: await listRejects(service.database, { ...query, project }) };
    },
  }),
  route({
    method: 'GET',
    path: '/v1/rejects/{reject_id}',
    id: 'getReject',
    tag: 'rejects',
    summary: 'Read one reject',
    scope: 'admin',
    params,
    responses: { 200: { description: 'The reject', schema: rejectSchema } },
    problems: [404],
    async handle({ service, project, params: { reject_id } }) {
      return { body: await find(service, project, reject_id) };
    },
  }),
  route({
    method: 'POST',
    path: '/v1/rejects/{reject_id}/retry',
    id: 'retryReject',
    tag: 'rejects',
    summary: 'Send a reject through the queue again',
    description:
      'It is deleted once its event is on the queue. If the event is still invalid, it is kept, and `faults` says why. A whole ' +
      'job is sent again by the command `runfold rejects retry`.',
    scope: 'admin',
    params,
    responses: {
      200: { description: 'Sent', schema: z.strictObject({ retried: z.literal(true) }) },
    },
    problems: [404, 422],
    async handle({ service, project, params: { reject_id } }) {
      const faults = await retry(service, await find(service, project, reject_id));
      if (faults.length > 0) throw stillInvalid(faults);
      return { body: { retried: true } };
    },
  }),
  route({
    method: 'DELETE',
    path: '/v1/rejects/{reject_id}',
    id: 'dropReject',
    tag: 'rejects',
    summary: 'Delete a reject permanently',
    scope: 'admin',
    params,
    responses: { 200: { description: 'The reject, deleted', schema: rejectSchema } },
    problems: [404],
    async handle({ service, project, params: { reject_id } }) {
      const reject = await find(service, project, reject_id);
      await dropReject(service.database, { id: reject_id, project });
      return { body: reject };
    },
  }),
  ...(['retry', 'drop'] as const).map((what) =>
    route({
      method: 'POST',
      path: `/v1/rejects/${what}`,
      id: `${what}Rejects`,
      tag: 'rejects',
      summary: what === 'retry' ? 'Send many rejects again' : 'Delete many rejects permanently',
      description:
        'Those received before `before`, with one `code` or any. `expected_count` is the number that the ' +
        'caller saw: if the number has changed, nothing is done and the response is 409.',
      scope: 'admin',
      body: { 'application/json': many },
      responses: { 200: { description: 'How many', schema: outcome } },
      problems: [409, 413, 415, 422],
      async handle({ service, project, request }) {
        const body = checked(many, await readObject(request.raw, service.limits)) as Many;
        const { code, before: to, expected_count } = body;
        const chosen = { project, code, to };
        const count = await countRejects(service.database, chosen);
        if (count !== expected_count) {
          throw new ProblemError(
            'count_changed',
            `Expected ${expected_count} rejects, found ${count}. Check them, then repeat with that number.`,
            { fields: { count } },
          );
        }
        return { body: await workOn(service, chosen, what) };
      },
    }),
  ),
];
