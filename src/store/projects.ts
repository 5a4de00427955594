import { codeOf } from '../environment/error-fields.js';
import { RunfoldError } from '../environment/runfold-error.js';
import { isTimeZone, zonePhrase } from '../events/check/time-zone-name.js';
import type { Database } from '../postgres/database.js';
import { uniqueViolation } from '../postgres/sql-states.js';
import { utcTextSql } from './sql-units.js';

/** A project: the keys of one project give no access to the data of another. */
export interface Project {
  /** Its number in events and totals, from 1. */
  readonly id: number;
  readonly name: string;
  /** The reporting time zone, an IANA name; null for the zone of each reader. */
  readonly time_zone: string | null;
  /** RFC 3339 in UTC. */
  readonly created_at: string;
}

/** A project cannot be created or found; `code` says why. */
export class ProjectError extends RunfoldError {
  constructor(
    readonly code: 'invalid_project' | 'project_exists' | 'unknown_project',
    message: string,
  ) {
    super(message);
    this.name = 'ProjectError';
  }
}

/** The columns of a project, for SQL. */
export const projectColumns = `id, name, time_zone, ${utcTextSql('created_at')} as created_at`;
const namePattern = /^[a-z0-9](?:[a-z0-9._-]{0,98}[a-z0-9])?$/;

/**
 * Creates a project. Its number is the next after the greatest in use, including numbers of events without a
 * project, unless `id` is one of those.
 * @throws ProjectError `invalid_project` or `project_exists`
 */
export async function createProject(
  database: Database,
  options: {
    readonly name: string;
    readonly id?: number | undefined;
    readonly time_zone?: string | null | undefined;
  },
): Promise<Project> {
  const { name, id, time_zone = null } = options;
  checkZone(time_zone);
  if (!namePattern.test(name)) {
    throw new ProjectError(
      'invalid_project',
      `Expected a name of 1 to 100 lower-case letters, digits, or . _ - between them, got ${JSON.stringify(name)}.`,
    );
  }
  // The next after the greatest, or, if that is the last possible number, the first free one.
  const next = `(select coalesce(
      (select g + 1 from (select greatest((select max(id) from runfold_internal.project),
        (select max(project) from runfold_internal.session))::integer as g) m where g < 2147483647),
      (select n from generate_series(1, 1000000) n
        where not exists (select from runfold_internal.project p where p.id = n)
        and n not in (select distinct s.project from runfold_internal.session s) limit 1)))`;
  try {
    const [project] = await database.query<Project & Record<string, unknown>>(
      `insert into runfold_internal.project (id, name, time_zone)
      select coalesce($2::integer, ${next}), $1::text, $3::text returning ${projectColumns}`,
      [name, id ?? null, time_zone],
    );
    if (project !== undefined) return project;
  } catch (error) {
    if (codeOf(error) !== uniqueViolation) throw error;
  }
  const what = id === undefined ? `of the name ${name}` : `of the name ${name} or the number ${id}`;
  throw new ProjectError('project_exists', `Project ${what} already exists.`);
}

/**
 * Changes the reporting time zone of a project; returns the project, or undefined if there is none with this number.
 * @throws ProjectError `invalid_project`
 */
export async function setProjectZone(
  database: Database,
  { id, time_zone }: { readonly id: number; readonly time_zone: string | null },
): Promise<Project | undefined> {
  checkZone(time_zone);
  const [project] = await database.query<Project & Record<string, unknown>>(
    `update runfold_internal.project set time_zone = $2 where id = $1 returning ${projectColumns}`,
    [id, time_zone],
  );
  return project;
}

/** @throws ProjectError */
function checkZone(name: string | null): void {
  if (name === null || isTimeZone(name)) return;
  throw new ProjectError('invalid_project', `Expected ${zonePhrase}, got ${JSON.stringify(name)}.`);
}

/** A project by its number; undefined if it was never created. */
export async function getProject(database: Database, id: number): Promise<Project | undefined> {
  const [project] = await database.query<Project & Record<string, unknown>>(
    `select ${projectColumns} from runfold_internal.project where id = $1`,
    [id],
  );
  return project;
}

/** Whether a project was created, or has only events, or neither: producers may name any number. */
export async function projectState(
  database: Database,
  id: number,
): Promise<'created' | 'used' | 'unknown'> {
  const [row] = await database.query<{ created: boolean; used: boolean }>(
    `select (select p.id from runfold_internal.project p where p.id = $1) is not null as created,
      (select s.project from runfold_internal.session s where s.project = $1 limit 1) is not null as used`,
    [id],
  );
  if (row?.created === true) return 'created';
  return row?.used === true ? 'used' : 'unknown';
}
