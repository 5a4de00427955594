import { z } from 'zod';
import { readObject } from '../body/read-object.js';
import { notFound } from '../problems/problem.js';
import { name } from '../route/parameters.js';
import { checked, route } from '../route/route.js';

const states = ['running', 'equal', 'different', 'failed', 'cancelled'] as const;
const value = z.unknown();
const auditSchema = z
  .strictObject({
    id: z.string(),
    state: z.enum(states),
    sample: z.int().nullable().describe('How many sessions it looks at; null when at all'),
    started_at: z.iso.datetime(),
    ended_at: z.iso.datetime().nullable(),
    snapshot_at: z.iso.datetime().nullable().describe('The instant at which what it says held'),
    seconds: z.number().nullable(),
    progress: z
      .array(z.strictObject({ projection: z.string(), share: z.number() }))
      .describe('While it runs: how far it is with each projection, from 0 to 1'),
    events: z.int().nullable().describe('Events of the project in the log'),
    projections: z.array(
      z.strictObject({ name: z.string(), rows: z.int(), differing_rows: z.int() }),
    ),
    differences: z
      .array(
        z.strictObject({
          projection: z.string(),
          key: z.record(z.string(), z.unknown()),
          field: z.string().describe('`*` when the whole row is missing or should not be there'),
          expected: value.describe('What the log folds to'),
          actual: value.describe('What the totals hold'),
        }),
      )
      .describe('The first 100'),
    error: z.string().nullable(),
  })
  .meta({ id: 'Audit' });

const phrase = 'a whole number from 1 to 999999';
const newAudit = z
  .strictObject(
    { sample: z.int(phrase).min(1, phrase).max(999_999, phrase).optional() },
    'an object',
  )
  .meta({ id: 'NewAudit', examples: [{ sample: 200 }] });

const params = z.strictObject({ audit_id: name('The audit, or `latest`') });

/** The proof of the project's totals: fold the log again, and compare. */
export const auditRoutes = [
  route({
    method: 'POST',
    path: '/v1/audits',
    id: 'beginAudit',
    tag: 'audits',
    summary: 'Fold the log again and compare it with the totals',
    description:
      'Begins in the background and answers at once. One audit of a project runs at a time: while one ' +
      'does, the answer is that one. `sample` looks at so many sessions only, and at the grand totals.',
    scope: 'read',
    body: { 'application/json': newAudit },
    answers: { 202: { description: 'The audit', schema: auditSchema } },
    problems: [413, 415, 422],
    async handle({ service, project, request }) {
      const body = checked(newAudit, await readObject(request.raw, service.limits));
      const { sample } = body as z.infer<typeof newAudit>;
      return { status: 202, body: await service.audits.begin(project, sample) };
    },
  }),
  route({
    method: 'GET',
    path: '/v1/audits/{audit_id}',
    id: 'getAudit',
    tag: 'audits',
    is_momentary: true,
    summary: 'Read an audit',
    description:
      '`latest` is the last one that came to a result. The last 20 of a project are kept.',
    scope: 'read',
    params,
    answers: { 200: { description: 'The audit', schema: auditSchema } },
    problems: [404],
    async handle({ service, project, params: { audit_id } }) {
      const audit = await service.audits.get(project, audit_id);
      if (audit === undefined) throw notFound('an audit', audit_id);
      return { body: audit };
    },
  }),
  route({
    method: 'DELETE',
    path: '/v1/audits/{audit_id}',
    id: 'cancelAudit',
    tag: 'audits',
    summary: 'Stop an audit',
    description: 'One that has ended stays as it is.',
    scope: 'read',
    params,
    answers: { 200: { description: 'The audit', schema: auditSchema } },
    problems: [404],
    async handle({ service, project, params: { audit_id } }) {
      const audit = await service.audits.cancel(project, audit_id);
      if (audit === undefined) throw notFound('an audit', audit_id);
      return { body: audit };
    },
  }),
];
