import { type Command, InvalidArgumentError } from 'commander';
import { createProject, listProjects } from '../../store/projects.js';
import { createCommand, createCommandGroup, openContext } from '../command/command.js';
import { withStore, withTier } from '../command/with-tier.js';
import { localTime } from '../output/format.js';
import { table } from '../output/table.js';

/** `runfold projects` */
export function projectsCommand(): Command {
  return createCommandGroup('projects', [createProjectCommand(), listCommand()]);
}

function createProjectCommand(): Command {
  return createCommand({
    name: 'create',
    summary: 'Make a project',
    details:
      'Its number is what events, queries and keys go by. Project 1 is there from the start.',
    examples: ['runfold projects create shop', 'runfold projects create shop-eu --id 7 --json'],
  })
    .argument('<name>', 'lower-case letters, digits, or . _ - between them')
    .option('--id <number>', 'name the project that events were already sent to', readId)
    .option('--json', 'print it as JSON')
    .action(async (name: string, flags: { id?: number; json?: boolean }, self: Command) => {
      const context = openContext(self, 'once');
      const { terminal } = context;
      const project = await withTier(context, 'runfold projects create', ({ database }) =>
        createProject(database, { name, id: flags.id }),
      );
      if (flags.json) return terminal.json(project);
      terminal.line(`Project ${project.id}, ${project.name}.`);
      terminal.line(
        terminal.colors.dim(
          `Next: runfold keys create --project ${project.id} --scope ingest --scope read`,
        ),
      );
    });
}

function readId(text: string): number {
  const id = Number(text);
  if (/^\d{1,10}$/.test(text) && id >= 1 && id <= 2_147_483_647) return id;
  throw new InvalidArgumentError('Expected a whole number from 1.');
}

function listCommand(): Command {
  return createCommand({
    name: 'list',
    summary: 'List the projects',
    examples: ['runfold projects list', 'runfold projects list --json'],
  })
    .option('--json', 'print { items } as JSON')
    .action(async (flags: { json?: boolean }, self: Command) => {
      const context = openContext(self, 'once');
      const { terminal } = context;
      const items = await withStore(context, 'runfold projects list', ({ database }) =>
        listProjects(database),
      );
      if (flags.json) return terminal.json({ items });
      type Row = (typeof items)[number];
      const columns = [
        { head: 'number', cell: ({ id }: Row) => String(id), align: 'right' as const },
        { head: 'project', cell: ({ name }: Row) => name },
        { head: 'made', cell: (row: Row) => localTime(row.created_at), paint: terminal.colors.dim },
      ];
      terminal.line(table(terminal, columns, items));
    });
}
