import { z } from 'zod';
import { readObject } from '../body/read-object.js';
import { notFound } from '../problems/problem.js';
import { name } from '../route/parameters.js';
import { checked, route } from '../route/route.js';

export const auditStates = ['running', 'equal', 'different', 'failed', 'cancelled'] as const;
const value = z.unknown();
const auditSchema = z
  .strictObject({
    id: z.string(),
    state: z.enum(auditStates),
    sample: z.int().nullable().describe('How many sessions it checks; null for all'),
    started_at: z.iso.datetime(),
    ended_at: z.iso.datetime().nullable(),
    snapshot_at: z.iso.datetime().nullable().describe('The instant for which the result holds'),
    seconds: z.number().nullable(),
    progress: z
      .array(z.strictObject({ projection: z.string(), share: z.number() }))
      .describe('While it runs: the progress of each projection, from 0 to 1'),
    events: z
      .int()
      .nullable()
      .describe(
        'Events of the project in the log; null if `runfold verify` compared several projects',
      ),
    projections: z.array(
      z.strictObject({ name: z.string(), rows: z.int(), differing_rows: z.int() }),
    ),
    differences: z
      .array(
        z.strictObject({
          projection: z.string(),
          key: z.record(z.string(), z.unknown()),
          field: z.string().describe('`*` when the whole row is missing or should not be there'),
          expected: value.describe('The value by the log, in the unit of the views'),
          actual: value.describe('The value in the totals, in the unit of the views'),
          stored: z
            .strictObject({ column: z.string(), expected: value, actual: value })
            .optional()
            .describe('The same as the table stores it; missing in audits by earlier versions'),
        }),
      )
      .describe('The first 100'),
    error: z.string().nullable(),
  })
  .meta({ id: 'Audit' });

const phrase = 'an integer from 1 to 999999';
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
      'Starts in the background and responds at once. Only one audit of a project runs at a time: while one ' +
      'runs, the response is that audit. `sample` compares only this number of sessions, and the grand totals.',
    scope: 'read',
    body: { 'application/json': newAudit },
    responses: { 202: { description: 'The audit', schema: auditSchema } },
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
      '`latest` is the last audit with a result, including those of `runfold verify`. The last 20 of a project are kept.',
    scope: 'read',
    params,
    responses: { 200: { description: 'The audit', schema: auditSchema } },
    problems: [404],
    async handle({ service, project, params: { audit_id } }) {
      const audit = await service.audits.get(project, audit_id);
      if (audit === undefined) throw notFound('audit', audit_id);
      return { body: audit };
    },
  }),
  route({
    method: 'DELETE',
    path: '/v1/audits/{audit_id}',
    id: 'cancelAudit',
    tag: 'audits',
    summary: 'Stop an audit',
    description: 'An audit that has ended does not change.',
    scope: 'read',
    params,
    responses: { 200: { description: 'The audit', schema: auditSchema } },
    problems: [404],
    async handle({ service, project, params: { audit_id } }) {
      const audit = await service.audits.cancel(project, audit_id);
      if (audit === undefined) throw notFound('audit', audit_id);
      return { body: audit };
    },
  }),
];
