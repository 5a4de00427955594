import { z } from 'zod';
import { toQueueStatus } from '../../operations/status/status.js';
import { readStoreStatus } from '../../operations/status/store-status.js';
import { listProjects } from '../../query/list-projects.js';
import { keptTogether } from '../../query/usage/usage-sources.js';
import { keyScopes } from '../../store/api-keys.js';
import { route } from '../route/route.js';
import type { Service } from '../service/service.js';
import { auditStates } from './audits.js';

const count = z.int();
const jobCounts = {
  waiting: count,
  active: count,
  delayed: count,
  failed: count,
  age_seconds: z.number().describe('How long the oldest unfinished job has waited'),
};
const statusSchema = z
  .strictObject({
    version: z.string(),
    tier: z.enum(['embedded', 'postgres', 'redis+postgres']),
    project: z.strictObject({
      id: count,
      name: z.string().nullable(),
      time_zone: z.string().nullable().describe('The reporting time zone'),
    }),
    key: z
      .strictObject({
        id: z.string(),
        name: z.string(),
        scopes: z.array(z.enum(keyScopes)),
        expires_at: z.iso.datetime().nullable(),
      })
      .nullable()
      .describe('The key of this request; null while there are none'),
    keys_needed: z.boolean(),
    signed_in_to: z
      .array(z.strictObject({ id: count, name: z.string().nullable() }))
      .describe('The projects that this browser is signed in to'),
    queue: z
      .strictObject({
        ...jobCounts,
        workers: count.nullable().describe('Connected workers; null if unknown'),
        queues: z
          .array(z.strictObject({ name: z.string(), ...jobCounts }))
          .optional()
          .describe('Each queue by its key prefix, if there are several'),
      })
      .nullable()
      .describe(
        'For all projects; null if the queue is unavailable, or if there are several projects and the key is for one of them',
      ),
    worker: z
      .strictObject({ received: count, applied: count, duplicate: count, rejected: count })
      .nullable()
      .describe(
        'Events since this process started; null as for `queue`, or if the process has no worker',
      ),
    rejects: count.describe('Rejects of the project that are kept'),
    firing_alerts: count.describe('Alert rules of the project that fire and are not muted'),
    waiting_spans: count.describe('Spans of the project that wait for the spans above them'),
    last_folded_at: z.iso
      .datetime()
      .nullable()
      .describe('When the last event of the project was folded'),
    last_occurred_at: z.iso
      .datetime()
      .nullable()
      .describe('When the last event of the project was'),
    stale_totals: z.array(z.string()).describe('Totals whose definition has changed'),
    rebuilds: z.array(z.strictObject({ step: z.string().nullable(), share: z.number() })),
    last_audit: z
      .strictObject({
        id: z.string(),
        state: z.enum(auditStates),
        started_at: z.iso.datetime(),
        snapshot_at: z.iso.datetime().nullable(),
        sample: count.nullable().describe('How many sessions it checked; null for all'),
        events: count
          .nullable()
          .describe('Events in the log; null if `runfold verify` compared several projects'),
      })
      .nullable()
      .describe('The last audit with a result; `GET /v1/audits/latest` has all of it'),
    running_audit: z
      .string()
      .nullable()
      .describe('The id of the audit of the project that is running in this process'),
    kept_together: z
      .array(z.array(z.string()))
      .describe(
        'What usage is split by and narrowed to must all be in one of these; `label:*` is any one label',
      ),
    time_zones: z.array(z.string()).describe('The valid values of `time_zone`'),
  })
  .meta({ id: 'Status' });

const timeZones = ['UTC', ...Intl.supportedValuesOf('timeZone').filter((name) => name !== 'UTC')];

/** The state of the service and the project. */
export const statusRoute = route({
  method: 'GET',
  path: '/v1/status',
  id: 'getStatus',
  tag: 'operations',
  is_momentary: true,
  summary: 'Read the state of the project and the service',
  scope: 'read',
  responses: { 200: { description: 'The status', schema: statusSchema } },
  async handle({ service, project, key, request }) {
    const { database, access } = service;
    const [{ projects, ...status }, all, keys_needed, browser] = await Promise.all([
      readStoreStatus(database, project),
      listProjects(database),
      access.needsKey(),
      access.signedIn(request.raw),
    ]);
    const named = (id: number) => {
      const found = all.find((one) => one.id === id);
      return { id, name: found?.name ?? null, time_zone: found?.time_zone ?? null };
    };
    // Figures of the whole store would reveal other projects to a key of one project.
    const isWhole = key === undefined || projects <= 1 || key.scopes.includes('operate');
    const worker = isWhole ? service.worker?.() : undefined;
    return {
      body: {
        version: service.version,
        tier: service.tier,
        key:
          key === undefined
            ? null
            : { id: key.id, name: key.name, scopes: key.scopes, expires_at: key.expires_at },
        keys_needed,
        signed_in_to: browser.map(({ key: { project: id } }) => ({ id, name: named(id).name })),
        queue: isWhole ? await readQueue(service) : null,
        worker:
          worker === undefined
            ? null
            : {
                received: worker.received,
                applied: worker.applied,
                duplicate: worker.duplicate,
                rejected: worker.rejected,
              },
        ...status,
        project: named(project),
        running_audit: service.audits.running(project) ?? null,
        kept_together: keptTogether,
        time_zones: timeZones,
      },
    };
  },
});

/** Null if the queue is unavailable. */
async function readQueue({ queue, worker }: Service) {
  const reading = await queue.read().catch(() => undefined);
  if (reading === undefined) return null;
  const workers = (await queue.workers()) ?? (worker === undefined ? null : 1);
  return { ...toQueueStatus(reading), workers };
}
