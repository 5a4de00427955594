import { z } from 'zod';
import { parseTimestamp } from '../../events/timestamp.js';
import { mayAppend } from '../../operations/rights/rights.js';
import { readObject } from '../body/read-object.js';
import { notFound, ProblemError } from '../problems/problem.js';
import { name } from '../route/parameters.js';
import { checked, route } from '../route/route.js';

const count = z.int();
const dollars = z.number();
const repriceSchema = z
  .strictObject({
    id: z.string(),
    state: z.enum(['running', 'done', 'failed', 'cancelled']),
    dry_run: z.boolean(),
    from: z.string().nullable(),
    to: z.string().nullable(),
    started_at: z.iso.datetime(),
    ended_at: z.iso.datetime().nullable(),
    messages: count.describe('Messages of the assistant with tokens that were checked so far'),
    reported: count.describe('Messages among them whose cost was reported; it stays'),
    corrected: count.describe('Messages that got a correction, or would get one with `dry_run`'),
    cost_before: dollars.describe('The cost of the corrected messages before, in US dollars'),
    cost_after: dollars,
    difference: dollars.describe('The exact change of the totals'),
    unpriced: z
      .array(
        z.strictObject({
          provider: z.string().nullable(),
          model: z.string().nullable(),
          reason: z.enum(['unknown_model', 'inconsistent_tokens', 'above_limit']),
          messages: count,
          kept_cost: dollars
            .nullable()
            .describe('US dollars of the messages that keep the cost of an earlier price'),
        }),
      )
      .describe('The models without a price'),
    error: z.string().nullable(),
  })
  .meta({ id: 'Reprice' });

const timePhrase = 'an RFC 3339 time with a zone';
const time = z.string(timePhrase).refine((text) => parseTimestamp(text) !== undefined, timePhrase);
const newReprice = z
  .strictObject(
    {
      from: time.optional().describe('Only messages at this time or later'),
      to: time.optional().describe('Only messages before this time'),
      dry_run: z.boolean('true or false').optional(),
    },
    'an object',
  )
  .meta({ id: 'NewReprice', examples: [{ from: '2026-01-01T00:00:00Z', dry_run: true }] });

const params = z.strictObject({ reprice_id: name('The reprice') });

/** Pricing the messages of the project again. */
export const repriceRoutes = [
  route({
    method: 'POST',
    path: '/v1/reprices',
    id: 'beginReprice',
    tag: 'prices',
    summary: 'Price messages again by the current prices',
    description:
      'Appends the differences as corrections; reported costs stay, and a second reprice changes nothing. Starts in the ' +
      'background and responds at once. Only one reprice of a project runs at a time: while one runs, the response ' +
      "is that reprice. The service's role in the database must have the right to append events, unless `dry_run` is true.",
    scope: 'admin',
    body: { 'application/json': newReprice },
    responses: { 202: { description: 'The reprice', schema: repriceSchema } },
    problems: [409, 413, 415],
    async handle({ service, project, request }) {
      const body = checked(newReprice, await readObject(request.raw, service.limits));
      const options = body as z.infer<typeof newReprice>;
      if (options.dry_run !== true && !(await mayAppend(service.database))) {
        throw new ProblemError(
          'may_not_append',
          "The service's role in the database may not append events. Run `runfold reprice` with the role of a worker, " +
            'or start the service with a role that has the rights of both.',
        );
      }
      return { status: 202, body: service.reprices.begin(project, options) };
    },
  }),
  route({
    method: 'GET',
    path: '/v1/reprices/{reprice_id}',
    id: 'getReprice',
    tag: 'prices',
    is_momentary: true,
    summary: 'Read a reprice',
    description:
      'Its figures grow while it runs. The process that started it knows it, until it ends, with the last 20 of the project.',
    scope: 'admin',
    params,
    responses: { 200: { description: 'The reprice', schema: repriceSchema } },
    problems: [404],
    async handle({ service, project, params: { reprice_id } }) {
      const found = service.reprices.get(project, reprice_id);
      if (found === undefined) throw notFound('reprice', reprice_id, elsewhere);
      return { body: found };
    },
  }),
  route({
    method: 'DELETE',
    path: '/v1/reprices/{reprice_id}',
    id: 'cancelReprice',
    tag: 'prices',
    summary: 'Stop a reprice',
    description:
      'The corrections so far stay. Another reprice continues. A reprice that has ended does not change.',
    scope: 'admin',
    params,
    responses: { 200: { description: 'The reprice', schema: repriceSchema } },
    problems: [404],
    async handle({ service, project, params: { reprice_id } }) {
      const found = await service.reprices.cancel(project, reprice_id);
      if (found === undefined) throw notFound('reprice', reprice_id, elsewhere);
      return { body: found };
    },
  }),
];

const elsewhere = 'Another process of the service may have it';
