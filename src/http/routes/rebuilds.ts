import { z } from 'zod';
import { projections as allProjections } from '../../projections/projections.js';
import { listRunningRebuilds } from '../../projections/rebuild/rebuild-schema.js';
import { readObject } from '../body/read-object.js';
import { notInStore } from '../problems/problem.js';
import { name } from '../route/parameters.js';
import { checked, route } from '../route/route.js';

const count = z.int();
const rebuildSchema = z
  .strictObject({
    id: z.string(),
    state: z.enum(['running', 'done', 'failed', 'cancelled']),
    dry_run: z.boolean(),
    started_at: z.iso.datetime(),
    ended_at: z.iso.datetime().nullable(),
    step: z
      .enum(['cut', 'fold', 'merge', 'index', 'catch_up', 'compare', 'swap'])
      .nullable()
      .describe('The current step, in this order; null before the first and after the last'),
    share: z.number().describe('The progress of the step, from 0 to 1'),
    outcome: z
      .enum(['repaired', 'swapped', 'dry_run'])
      .nullable()
      .describe('How the totals were corrected: row by row, or by new tables'),
    events: count.nullable(),
    seconds: z.number().nullable(),
    projections: z.array(
      z.strictObject({
        name: z.string(),
        rows_before: count,
        rows_after: count,
        added: count,
        removed: count,
        changed: count,
      }),
    ),
    error: z.string().nullable(),
  })
  .meta({ id: 'Rebuild' });

const names = allProjections.map((one) => one.name) as [string, ...string[]];
const phrase = `names of totals, any of ${names.join(', ')}`;
const newRebuild = z
  .strictObject(
    {
      dry_run: z.boolean('true or false').optional(),
      projections: z.array(z.enum(names, phrase), phrase).min(1, phrase).optional(),
    },
    'an object',
  )
  .meta({ id: 'NewRebuild', examples: [{ dry_run: true }] });

/** Recomputing the totals of all projects from the log. */
export const rebuildRoutes = [
  route({
    method: 'POST',
    path: '/v1/rebuilds',
    id: 'beginRebuild',
    tag: 'operations',
    summary: 'Recompute totals from the log',
    description:
      'For all projects, while ingest continues: readers see either the old totals or the new. Starts in the ' +
      'background and responds at once; while a rebuild runs, the response is that rebuild. `dry_run` builds and ' +
      'compares without changing anything. Without `projections` all totals are recomputed.',
    scope: 'operate',
    body: { 'application/json': newRebuild },
    responses: { 202: { description: 'The rebuild', schema: rebuildSchema } },
    problems: [413, 415],
    async handle({ service, request }) {
      const body = checked(newRebuild, await readObject(request.raw, service.limits));
      const { dry_run = false, projections } = body as z.infer<typeof newRebuild>;
      const chosen = projections && allProjections.filter((one) => projections.includes(one.name));
      return { status: 202, body: service.rebuilds.begin({ dry_run, projections: chosen }) };
    },
  }),
  route({
    method: 'GET',
    path: '/v1/rebuilds',
    id: 'listRebuilds',
    tag: 'operations',
    is_momentary: true,
    summary: 'List rebuilds, newest first',
    description:
      'The last 20 rebuilds that were started over HTTP in this process; `elsewhere` has those that other processes are running.',
    scope: 'operate',
    responses: {
      200: {
        description: 'The rebuilds',
        schema: z
          .strictObject({
            items: z.array(rebuildSchema),
            elsewhere: z.array(z.strictObject({ step: z.string().nullable(), share: z.number() })),
          })
          .meta({ id: 'Rebuilds' }),
      },
    },
    async handle({ service }) {
      const items = service.rebuilds.list();
      const isHere = items.some(({ state }) => state === 'running');
      const elsewhere = isHere ? [] : await listRunningRebuilds(service.database);
      return { body: { items, elsewhere } };
    },
  }),
  route({
    method: 'DELETE',
    path: '/v1/rebuilds/{rebuild_id}',
    id: 'cancelRebuild',
    tag: 'operations',
    summary: 'Stop a rebuild',
    description: 'The totals stay as they were. A rebuild that has ended does not change.',
    scope: 'operate',
    params: z.strictObject({ rebuild_id: name('The rebuild') }),
    responses: { 200: { description: 'The rebuild', schema: rebuildSchema } },
    problems: [404],
    async handle({ service, params: { rebuild_id } }) {
      const found = await service.rebuilds.cancel(rebuild_id);
      if (found === undefined) throw notInStore('rebuild', rebuild_id);
      return { body: found };
    },
  }),
];
