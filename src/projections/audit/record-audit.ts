import { randomUUID } from 'node:crypto';
import { codeOf } from '../../environment/error-fields.js';
import type { Database } from '../../postgres/database.js';
import { insufficientPrivilege, readOnlyTransaction } from '../../postgres/sql-states.js';
import type { Audit } from './audit.js';
import { mostStoredDifferences, noteAudits, type StoredAudit } from './stored-audits.js';

/**
 * Records an audit of the whole store as the last one of each of its projects. A project gets only its own
 * differences. If the audit found differences and did not list all of them, it says nothing about the projects that
 * it does not name, and these keep their last audit.
 * @returns why it could not be recorded: the database is read-only, or its user may not write audits.
 */
export async function recordAudit(
  database: Database,
  audit: Audit,
  about: {
    readonly projects: readonly number[];
    readonly sample: number | undefined;
    readonly started_at: Date;
    readonly seconds: number;
  },
): Promise<'read_only' | 'no_right' | undefined> {
  const projects = [...new Set(about.projects)];
  const known = projects.map((project) => ({ project, ...resultOf(audit, project, projects) }));
  const started = about.started_at.getTime();
  const stored = known.flatMap(({ project, state, report }): StoredAudit[] => {
    if (state === undefined) return [];
    return [
      {
        ...{ id: randomUUID(), project, state, sample: about.sample ?? null },
        started_at: about.started_at.toISOString(),
        ended_at: new Date(started + about.seconds * 1000).toISOString(),
        ...{ snapshot_at: audit.snapshot_at, seconds: about.seconds },
        report: JSON.stringify(report),
      },
    ];
  });
  try {
    await noteAudits(database, stored);
    return undefined;
  } catch (error) {
    if (codeOf(error) === readOnlyTransaction) return 'read_only';
    if (codeOf(error) === insufficientPrivilege) return 'no_right';
    throw error;
  }
}

/** What an audit of the whole store says about one project. No state: it is not known. */
function resultOf(audit: Audit, project: number, projects: readonly number[]) {
  const { events, projections, differences } = audit;
  if (projects.length === 1) {
    const report = {
      events,
      projections,
      differences: differences.slice(0, mostStoredDifferences),
    };
    return { state: audit.equal ? 'equal' : 'different', report } as const;
  }
  const own = differences.filter(({ key }) => key.project === project);
  const report = { differences: own.slice(0, mostStoredDifferences) };
  if (audit.equal) return { state: 'equal', report } as const;
  // A grand total and a misplaced event name no project: they may be of any.
  const isNamed = differences.every(({ key }) => key.project !== undefined);
  if (own.length > 0 || !isNamed) return { state: 'different', report } as const;
  return { state: hasAll(audit) ? 'equal' : undefined, report } as const;
}

/** Whether an audit lists every row that differs. */
function hasAll({ projections, differences }: Audit): boolean {
  return projections.every(({ name, differing_rows }) => {
    const own = differences.filter(({ projection }) => projection === name);
    return new Set(own.map(({ key }) => JSON.stringify(key))).size === differing_rows;
  });
}
