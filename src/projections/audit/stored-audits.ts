import { isCanonicalUuid } from '../../events/event-id.js';
import type { Database } from '../../postgres/database.js';
import { utcTextSql } from '../../store/sql-units.js';
import type { Audit } from './audit.js';

/** The state of an audit. */
export type AuditState = 'running' | 'equal' | 'different' | 'failed' | 'cancelled';

/** A stored audit. */
export interface StoredAudit {
  readonly id: string;
  readonly project: number;
  readonly state: AuditState;
  /** How many sessions it checks; null for all. */
  readonly sample: number | null;
  /** RFC 3339 in UTC. */
  readonly started_at: string;
  readonly ended_at: string | null;
  /** The instant for which the result holds. */
  readonly snapshot_at: string | null;
  readonly seconds: number | null;
  /** The result as JSON text; null while it runs. */
  readonly report: string | null;
}

/** The result of an audit, as it is stored. */
export interface StoredReport {
  readonly events?: number;
  readonly projections?: Audit['projections'];
  readonly differences?: readonly unknown[];
  readonly error?: string;
}

/** The stored result; nothing while the audit runs. */
export const readReport = (report: string | null): StoredReport =>
  report === null ? {} : JSON.parse(report);

/** The number of stored audits per project. */
const kept = 20;
/** The maximum number of differences in a report. */
export const mostStoredDifferences = 100;

const utc = (name: string) => `${utcTextSql(name)} as ${name}`;
// An audit that is still running after a day has lost its process.
const columns = `id::text as id, project, sample, report, seconds::float8 as seconds,
  case when state = 'running' and started_at < now() - interval '1 day' then 'failed' else state end as state,
  ${['started_at', 'ended_at', 'snapshot_at'].map(utc).join(', ')}`;

/** Records the start of an audit, and deletes the oldest ones of its project. */
export async function noteAuditBegan(
  database: Database,
  { id, project, sample }: Pick<StoredAudit, 'id' | 'project' | 'sample'>,
): Promise<void> {
  await database.query(
    `insert into runfold_internal.audit (id, project, sample, state) values ($1, $2, $3, 'running')`,
    [id, project, sample],
  );
  await deleteOldest(database, [project]);
}

/** Records audits that have ended, and deletes the oldest ones of their projects. */
export async function noteAudits(
  database: Database,
  audits: readonly StoredAudit[],
): Promise<void> {
  await database.query(
    `insert into runfold_internal.audit
      (id, project, sample, state, started_at, ended_at, snapshot_at, seconds, report)
    select id, project, sample, state, started_at, ended_at, snapshot_at, seconds, report
    from json_to_recordset($1) as a (id uuid, project integer, sample integer, state text,
      started_at timestamptz, ended_at timestamptz, snapshot_at timestamptz, seconds real, report text)`,
    [JSON.stringify(audits)],
  );
  await deleteOldest(
    database,
    audits.map(({ project }) => project),
  );
}

async function deleteOldest(database: Database, projects: readonly number[]): Promise<void> {
  await database.query(
    `delete from runfold_internal.audit where id in (
      select id from (
        select id, row_number() over (partition by project order by started_at desc) as place
        from runfold_internal.audit where project = any($1)) a
      where place > ${kept})`,
    [projects],
  );
}

/** Records the end of an audit. */
export async function noteAuditEnded(
  database: Database,
  audit: Pick<StoredAudit, 'id' | 'state' | 'snapshot_at' | 'seconds' | 'report'>,
): Promise<void> {
  await database.query(
    `update runfold_internal.audit
    set state = $2, snapshot_at = $3, seconds = $4, report = $5, ended_at = now() where id = $1`,
    [audit.id, audit.state, audit.snapshot_at, audit.seconds, audit.report],
  );
}

/** One audit of a project; `latest` is the last one with a result. Undefined if there is none. */
export async function getStoredAudit(
  database: Database,
  { project, id }: { readonly project: number; readonly id: string },
): Promise<StoredAudit | undefined> {
  if (id !== 'latest' && !isCanonicalUuid(id)) return undefined;
  const [row] = await database.query<StoredAudit & Record<string, unknown>>(
    id === 'latest'
      ? `select ${columns} from runfold_internal.audit
        where project = $1 and state in ('equal', 'different') order by audit.started_at desc limit 1`
      : `select ${columns} from runfold_internal.audit where project = $1 and id = $2`,
    id === 'latest' ? [project] : [project, id],
  );
  return row;
}
