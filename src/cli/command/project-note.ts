import type { Database } from '../../postgres/database.js';
import { projectState } from '../../store/projects.js';
import type { CommandContext } from './command.js';

/** Says below the output of a command if its project was never created; no events are refused for that. */
export async function noteProject(
  { terminal, settings: { project } }: CommandContext,
  database: Database,
): Promise<void> {
  if (project === 1) return;
  const state = await projectState(database, project);
  if (state === 'created') return;
  terminal.note(
    state === 'used'
      ? `Project ${project} has events, but no name and no keys: see "runfold projects create NAME --id ${project}".`
      : `Project ${project} was not created and has no events: see "runfold projects list".`,
  );
}
