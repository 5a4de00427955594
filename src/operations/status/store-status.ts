import type { Database } from '../../postgres/database.js';
import {
  type AuditState,
  getStoredAudit,
  readReport,
  type StoredAudit,
} from '../../projections/audit/stored-audits.js';
import { staleProjections } from '../../projections/fold/fingerprint.js';
import {
  listRunningRebuilds,
  type RunningRebuild,
} from '../../projections/rebuild/rebuild-schema.js';
import { listProjects } from '../../query/list-projects.js';
import { readLastFolded } from '../../query/log/last-folded.js';
import { countRejects } from '../../query/rejects.js';
import { utcTextSql } from '../../store/sql-units.js';

/** The state of a project's data. */
export interface StoreStatus {
  readonly project: { readonly id: number; readonly name: string | null };
  /** The number of projects in the store. */
  readonly projects: number;
  /** Rejects of the project that are kept. */
  readonly rejects: number;
  /** Spans of the project that wait for the spans above them. */
  readonly waiting_spans: number;
  /** Alert rules of the project that fire and are not muted. */
  readonly firing_alerts: number;
  /** When the last event of the project occurred; RFC 3339, null before the first. */
  readonly last_occurred_at: string | null;
  /** When the last event of the project was folded. */
  readonly last_folded_at: string | null;
  /** Totals whose definition has changed. */
  readonly stale_totals: readonly string[];
  readonly rebuilds: readonly RunningRebuild[];
  /** The last audit of the project with a result. */
  readonly last_audit: {
    readonly id: string;
    readonly state: AuditState;
    readonly started_at: string;
    readonly snapshot_at: string | null;
    /** How many sessions it checked; null for all. */
    readonly sample: number | null;
    /** The number of events in the log; null if it compared several projects. */
    readonly events: number | null;
  } | null;
}

/** Reads the state of a project, for HTTP, the commands and the page. */
export async function readStoreStatus(database: Database, project: number): Promise<StoreStatus> {
  const [
    projects,
    rejects,
    waiting_spans,
    firing_alerts,
    stale,
    rebuilds,
    audit,
    occurred,
    folded,
  ] = await Promise.all([
    listProjects(database),
    countRejects(database, { project }),
    countWaiting(database, project),
    countFiring(database, project),
    staleProjections(database),
    listRunningRebuilds(database),
    getStoredAudit(database, { project, id: 'latest' }),
    readLastOccurred(database, project),
    readLastFolded(database, project),
  ]);
  return {
    project: { id: project, name: projects.find(({ id }) => id === project)?.name ?? null },
    projects: projects.length,
    rejects,
    waiting_spans,
    firing_alerts,
    last_occurred_at: occurred,
    last_folded_at: folded,
    stale_totals: stale.map(({ name }) => name),
    rebuilds: rebuilds.map(({ step, share }) => ({ step, share })),
    last_audit: audit === undefined ? null : shortenAudit(audit),
  };
}

function shortenAudit({ id, state, started_at, snapshot_at, sample, report }: StoredAudit) {
  return { id, state, started_at, snapshot_at, sample, events: readReport(report).events ?? null };
}

async function countWaiting(database: Database, project: number): Promise<number> {
  const [row] = await database.query<{ spans: number }>(
    'select count(*)::integer as spans from runfold.waiting_spans where project = $1',
    [project],
  );
  return row?.spans ?? 0;
}

async function countFiring(database: Database, project: number): Promise<number> {
  const [row] = await database.query<{ rules: number }>(
    `select count(*)::integer as rules from runfold_internal.alert_rule r
    where r.project = $1 and (r.muted_until is null or r.muted_until <= now())
      and exists (select from runfold_internal.alert_state s where s.rule_id = r.id and s.state = 'firing')`,
    [project],
  );
  return row?.rules ?? 0;
}

/** Reads the sessions that began last: the log itself is not ordered by the times of its events. */
async function readLastOccurred(database: Database, project: number): Promise<string | null> {
  const [row] = await database.query<{ last: string | null }>(
    `select ${utcTextSql('max(s.ended_at)')} as last
    from (select ended_at from runfold.sessions where project = $1
      order by started_at desc limit 50) s`,
    [project],
  );
  return row?.last ?? null;
}
