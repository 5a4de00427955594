import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { type Database, limitWaits } from '../../postgres/database.js';
import {
  type AuditState,
  getStoredAudit,
  mostStoredDifferences,
  noteAuditBegan,
  noteAuditEnded,
  readReport,
  type StoredAudit,
  type StoredReport,
} from './stored-audits.js';
import { type Audit, type AuditProgress, verify } from './verify.js';

/** The running audits of this process, one per project, and the stored ones. */
export interface Audits {
  /** Starts an audit, or returns the one that is running. */
  begin(project: number, sample: number | undefined): Promise<AuditView>;
  get(project: number, id: string): Promise<AuditView | undefined>;
  /** The id of the audit of a project that is running in this process. */
  running(project: number): string | undefined;
  /** Stops an audit that is running in this process. Undefined if there is none with this id. */
  cancel(project: number, id: string): Promise<AuditView | undefined>;
  close(): Promise<void>;
}

/** An audit as the API shows it. */
export interface AuditView extends Omit<StoredAudit, 'report' | 'project'> {
  readonly progress: readonly AuditProgress[];
  readonly events: number | null;
  readonly projections: Audit['projections'];
  readonly differences: readonly unknown[];
  /** The error, if the state is `failed`. */
  readonly error: string | null;
}

interface Running {
  readonly id: string;
  readonly progress: Map<string, AuditProgress>;
  readonly stop: AbortController;
  readonly ended: Promise<void>;
}

/** Milliseconds after which a look at an audit gives up; the audit itself has no limit. */
const patienceMs = 30_000;

/** Keeps the audits of a process. */
export function createAudits(database: Database, log: Logger): Audits {
  const running = new Map<number, Running>();
  const quick = limitWaits(database, patienceMs);

  const viewOf = ({ report, project, ...audit }: StoredAudit): AuditView => {
    const found = readReport(report);
    const own = running.get(project);
    return {
      ...audit,
      progress: own?.id === audit.id ? [...own.progress.values()] : [],
      events: found.events ?? null,
      projections: found.projections ?? [],
      differences: found.differences ?? [],
      error: found.error ?? null,
    };
  };
  const get: Audits['get'] = async (project, id) => {
    const audit = await getStoredAudit(quick, { project, id });
    return audit === undefined ? undefined : viewOf(audit);
  };

  const run = async (
    { id, progress, stop }: Omit<Running, 'ended'>,
    project: number,
    sample: number | undefined,
  ) => {
    const began = performance.now();
    let state: AuditState;
    let snapshot_at: string | null = null;
    let report: StoredReport;
    try {
      const audit = await verify(database, {
        project,
        sample,
        signal: stop.signal,
        on_progress: (step) => void progress.set(step.projection, step),
      });
      state = audit.equal ? 'equal' : 'different';
      snapshot_at = audit.snapshot_at;
      const { events, projections, differences } = audit;
      report = {
        events,
        projections,
        differences: differences.slice(0, mostStoredDifferences),
      };
    } catch (error) {
      state = stop.signal.aborted ? 'cancelled' : 'failed';
      // The driver's text may name hosts and users; the log has it.
      report = stop.signal.aborted
        ? {}
        : { error: 'The audit could not be finished; see the log.' };
      if (state === 'failed') log.error({ err: error, audit: id }, 'an audit failed');
    }
    const seconds = (performance.now() - began) / 1000;
    await noteAuditEnded(database, {
      id,
      state,
      snapshot_at,
      seconds,
      report: JSON.stringify(report),
    });
  };

  return {
    get,
    running: (project) => running.get(project)?.id,
    async begin(project, sample) {
      let own = running.get(project);
      if (own === undefined) {
        const id = randomUUID();
        const audit = {
          id,
          progress: new Map<string, AuditProgress>(),
          stop: new AbortController(),
        };
        const ended = noteAuditBegan(database, { id, project, sample: sample ?? null })
          .then(() => run(audit, project, sample))
          .catch((error) => log.error({ err: error, audit: id }, 'an audit could not be kept'))
          .finally(() => running.delete(project));
        own = { ...audit, ended };
        running.set(project, own);
      }
      const { id, progress } = own;
      const stored = await get(project, id);
      return (
        stored ?? {
          id,
          state: 'running',
          sample: sample ?? null,
          started_at: new Date().toISOString(),
          ended_at: null,
          snapshot_at: null,
          seconds: null,
          progress: [...progress.values()],
          events: null,
          projections: [],
          differences: [],
          error: null,
        }
      );
    },
    async cancel(project, id) {
      const own = running.get(project);
      if (own?.id === id) {
        own.stop.abort();
        await own.ended;
      }
      return get(project, id);
    },
    async close() {
      for (const { stop } of running.values()) stop.abort();
      await Promise.all([...running.values()].map(({ ended }) => ended));
    },
  };
}
