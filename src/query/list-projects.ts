import type { Database } from '../postgres/database.js';
import { type Project, projectColumns } from '../store/projects.js';
import { gatherRows } from './readers/readers.js';

/** A project in a list. Producers may name any number: one with events that was never created has no name. */
export type ListedProject = Omit<Project, 'name' | 'created_at'> & {
  readonly [N in 'name' | 'created_at']: string | null;
};

/** All projects, by number, and the numbers that have events without having been created. */
export async function listProjects(database: Database): Promise<ListedProject[]> {
  // Goes from one number to the next by the index, because there are many sessions and few projects.
  const used = await gatherRows(database, {}, (reader) =>
    reader.query<{ id: number }>(
      `with recursive used (id) as (
        (select min(s.project) from runfold_internal.session s)
        union all
        select (select min(s.project) from runfold_internal.session s where s.project > used.id)
        from used where used.id is not null
      )
      select id from used where id is not null`,
    ),
  );
  const created = await database.query<ListedProject & Record<string, unknown>>(
    `select ${projectColumns} from runfold_internal.project`,
  );
  const projects = new Map<number, ListedProject>(
    used.map(({ id }) => [id, { id, name: null, time_zone: null, created_at: null }]),
  );
  for (const project of created) projects.set(project.id, project);
  return [...projects.values()].sort((one, other) => one.id - other.id);
}
