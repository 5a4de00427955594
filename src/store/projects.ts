import { codeOf } from '../environment/error-fields.js';
import { RunfoldError } from '../environment/runfold-error.js';
import type { Database } from '../postgres/database.js';
import { utcTextSql } from './sql-units.js';

/** A project: whatever belongs to one is out of reach for the keys of another. */
export interface Project {
  /** The number under which events and totals name it, from 1. */
  readonly id: number;
  readonly name: string;
  /** The IANA time zone that it reports in; null leaves it to each reader. */
  readonly time_zone: string | null;
  /** RFC 3339 in UTC. */
  readonly created_at: string;
}

/** A project cannot be made or found as asked; `code` says why. */
export class ProjectError extends RunfoldError {
  constructor(
    readonly code: 'invalid_project' | 'project_exists' | 'unknown_project',
    message: string,
  ) {
    super(message);
    this.name = 'ProjectError';
  }
}

const columns = `id, name, time_zone, ${utcTextSql('created_at')} as created_at`;
const namePattern = /^[a-z0-9](?:[a-z0-9._-]{0,98}[a-z0-9])?$/;

/**
 * Makes a project. Its number follows the greatest in use, also of events that were sent under a
 * number without a project, unless `id` names one of those.
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
  // After the greatest, or where that is the last there is, the first that is free.
  const next = `(select coalesce(
      (select g + 1 from (select greatest((select max(id) from runfold_internal.project),
        (select max(project) from runfold_internal.session))::integer as g) m where g < 2147483647),
      (select n from generate_series(1, 1000000) n
        where not exists (select from runfold_internal.project p where p.id = n)
        and not exists (select from runfold_internal.session s where s.project = n) limit 1)))`;
  try {
    const [project] = await database.query<Project & Record<string, unknown>>(
      `insert into runfold_internal.project (id, name, time_zone)
      values (coalesce($2::integer, ${next}), $1, $3) returning ${columns}`,
      [name, id ?? null, time_zone],
    );
    if (project !== undefined) return project;
  } catch (error) {
    if (codeOf(error) !== '23505') throw error;
  }
  const what = id === undefined ? `of the name ${name}` : `of the name ${name} or the number ${id}`;
  throw new ProjectError('project_exists', `Expected no project ${what}, got one.`);
}

/**
 * Changes the zone that a project reports in; answers it, or undefined when there is none of this number.
 * @throws ProjectError `invalid_project`
 */
export async function setProjectZone(
  database: Database,
  { id, time_zone }: { readonly id: number; readonly time_zone: string | null },
): Promise<Project | undefined> {
  checkZone(time_zone);
  const [project] = await database.query<Project & Record<string, unknown>>(
    `update runfold_internal.project set time_zone = $2 where id = $1 returning ${columns}`,
    [id, time_zone],
  );
  return project;
}

/** @throws ProjectError */
function checkZone(name: string | null): void {
  if (name === null || isTimeZone(name)) return;
  throw new ProjectError(
    'invalid_project',
    `Expected an IANA time zone such as America/New_York, got ${JSON.stringify(name)}.`,
  );
}

function isTimeZone(name: string): boolean {
  // Names only: some read +05:45 the other way round.
  if (!/^[A-Za-z][\w/+-]*$/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** All projects, by number. */
export async function listProjects(database: Database): Promise<Project[]> {
  return database.query<Project & Record<string, unknown>>(
    `select ${columns} from runfold_internal.project order by id`,
  );
}

/** A project by its number; undefined when it has never been made. */
export async function getProject(database: Database, id: number): Promise<Project | undefined> {
  const [project] = await database.query<Project & Record<string, unknown>>(
    `select ${columns} from runfold_internal.project where id = $1`,
    [id],
  );
  return project;
}
