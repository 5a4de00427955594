import { z } from 'zod';
import type { Database } from '../../postgres/database.js';
import { staleProjections } from '../../projections/fold/fingerprint.js';
import { listRunningRebuilds } from '../../projections/rebuild/running-rebuilds.js';
import { countRejects } from '../../query/rejects.js';
import { keyScopes } from '../../store/api-keys.js';
import { listProjects } from '../../store/projects.js';
import { route } from '../route/route.js';

const count = z.int();
const statusSchema = z
  .strictObject({
    version: z.string(),
    tier: z.enum(['embedded', 'postgres', 'redis+postgres']),
    project: z.strictObject({ id: count, name: z.string().nullable() }),
    key: z
      .strictObject({ id: z.string(), name: z.string(), scopes: z.array(z.enum(keyScopes)) })
      .nullable()
      .describe('The key of this request; null while there are none'),
    keys_needed: z.boolean(),
    queue: z
      .strictObject({
        waiting: count,
        active: count,
        delayed: count,
        failed: count,
        age_seconds: z.number().describe('How long the oldest job that is not done has waited'),
      })
      .nullable()
      .describe(
        'Of all projects; null when the queue is away, or the key is of one project of several',
      ),
    worker: z
      .strictObject({ received: count, applied: count, duplicate: count, rejected: count })
      .nullable()
      .describe('Events since this process began; null as for `queue`, or without a worker in it'),
    rejects: count.describe('Rejects of the project that are kept'),
    last_occurred_at: z.iso
      .datetime()
      .nullable()
      .describe('When the last event of the project was'),
    stale_totals: z.array(z.string()).describe('Totals whose definition has changed'),
    rebuilds: z.array(z.strictObject({ step: z.string().nullable(), share: z.number() })),
    last_audit: z
      .strictObject({ id: z.string(), state: z.string(), snapshot_at: z.string().nullable() })
      .nullable(),
  })
  .meta({ id: 'Status' });

/** How the service and the project stand. */
export const statusRoute = route({
  method: 'GET',
  path: '/v1/status',
  id: 'getStatus',
  tag: 'operations',
  is_momentary: true,
  summary: 'Tell how the project and the service stand',
  scope: 'read',
  answers: { 200: { description: 'The status', schema: statusSchema } },
  async handle({ service, project, key }) {
    const { database } = service;
    const [projects, rejects, stale, rebuilds, audit, last, keys_needed] = await Promise.all([
      listProjects(database),
      countRejects(database, { project }),
      staleProjections(database),
      listRunningRebuilds(database),
      service.audits.get(project, 'latest'),
      lastOccurredAt(database, project),
      service.access.needsKey(),
    ]);
    // What is of the whole store would tell a key of one project about the others.
    const isWhole = key === undefined || projects.length <= 1;
    const reading = isWhole ? await service.queue.read().catch(() => undefined) : undefined;
    const worker = isWhole ? service.worker?.() : undefined;
    const { waiting = 0, active = 0, delayed = 0, failed = 0 } = reading?.jobs ?? {};
    return {
      body: {
        version: service.version,
        tier: service.tier,
        project: { id: project, name: projects.find(({ id }) => id === project)?.name ?? null },
        key: key === undefined ? null : { id: key.id, name: key.name, scopes: key.scopes },
        keys_needed,
        queue:
          reading === undefined
            ? null
            : { waiting, active, delayed, failed, age_seconds: reading.age_seconds },
        worker:
          worker === undefined
            ? null
            : {
                received: worker.received,
                applied: worker.applied,
                duplicate: worker.duplicate,
                rejected: worker.rejected,
              },
        rejects,
        last_occurred_at: last,
        stale_totals: stale.map(({ name }) => name),
        rebuilds: rebuilds.map(({ step, share }) => ({ step, share })),
        last_audit:
          audit === undefined
            ? null
            : { id: audit.id, state: audit.state, snapshot_at: audit.snapshot_at },
      },
    };
  },
});

/** Looks at the sessions that began last: the log itself is not in the order of its events' times. */
async function lastOccurredAt(database: Database, project: number): Promise<string | null> {
  const [row] = await database.query<{ last: string | null }>(
    `select to_char(max(s.ended_at) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as last
    from (select ended_at from runfold.sessions where project = $1
      order by started_at desc limit 50) s`,
    [project],
  );
  return row?.last ?? null;
}
