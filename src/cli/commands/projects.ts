import { type Command, InvalidArgumentError } from 'commander';
import { isProject, projectPhrase } from '../../events/limits.js';
import { listProjects } from '../../query/list-projects.js';
import { createProject, setProjectZone } from '../../store/projects.js';
import { createCommand, createCommandGroup, openContext } from '../command/command.js';
import { CommandFailedError, UsageError } from '../command/command-error.js';
import { withStore, withTier } from '../command/with-tier.js';
import { localTime } from '../output/format.js';
import { table } from '../output/table.js';

/** `runfold projects` */
export function projectsCommand(): Command {
  return createCommandGroup('projects', [createProjectCommand(), zoneCommand(), listCommand()]);
}

interface CreateFlags {
  readonly id?: number;
  readonly timeZone?: string;
  readonly json?: boolean;
}

function createProjectCommand(): Command {
  return createCommand({
    name: 'create',
    summary: 'Create a project',
    details: 'Events, queries and keys refer to a project by its number. Project 1 always exists.',
    examples: ['runfold projects create shop', 'runfold projects create shop-eu --id 7 --json'],
  })
    .argument('<name>', 'lower-case letters, digits, or . _ - between them')
    .option('--time-zone <zone>', 'its reporting time zone, as an IANA name')
    .option('--id <number>', 'name the project that events were already sent to', readId)
    .option('--json', 'print it as JSON')
    .action(async (name: string, flags: CreateFlags, self: Command) => {
      const context = openContext(self, 'once');
      const { terminal } = context;
      const project = await withTier(
        context,
        'runfold projects create',
        ({ database }) =>
          createProject(database, { name, id: flags.id, time_zone: flags.timeZone }),
        { may_create: true },
      );
      if (flags.json) return terminal.json(project);
      terminal.line(`Project ${project.id}, ${project.name}.`);
      terminal.line(
        terminal.colors.dim(
          `Next: ${context.io.program} keys create --project ${project.id} --scope ingest --scope read`,
        ),
      );
    });
}

function zoneCommand(): Command {
  return createCommand({
    name: 'zone',
    summary: 'Change the reporting time zone of a project',
    details: 'The web page uses this zone for everybody who has not chosen another.',
    examples: ['runfold projects zone 1 Europe/Berlin', 'runfold projects zone 1 --none'],
  })
    .argument('<number>', 'the project', readId)
    .argument('[zone]', 'an IANA zone such as America/New_York')
    .option('--none', 'leave the zone to each reader')
    .option('--json', 'print the project as JSON')
    .action(
      async (
        id: number,
        zone: string | undefined,
        flags: { none?: boolean; json?: boolean },
        self: Command,
      ) => {
        if ((zone === undefined) !== (flags.none === true)) {
          throw new UsageError('projects zone: expected a zone, or --none.');
        }
        const context = openContext(self, 'once');
        const project = await withTier(context, 'runfold projects zone', ({ database }) =>
          setProjectZone(database, { id, time_zone: zone ?? null }),
        );
        if (project === undefined) {
          throw new CommandFailedError(`There is no project ${id}. See "runfold projects list".`);
        }
        if (flags.json) return context.terminal.json(project);
        const { name, time_zone } = project;
        context.terminal.line(
          `Project ${id}, ${name}, reports in ${time_zone ?? "each reader's own zone"}.`,
        );
      },
    );
}

function readId(text: string): number {
  const id = Number(text);
  if (/^\d{1,10}$/.test(text) && isProject(id)) return id;
  throw new InvalidArgumentError(`Expected ${projectPhrase}.`);
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
        { head: 'project', cell: ({ name }: Row) => name ?? 'not created' },
        { head: 'zone', cell: ({ time_zone }: Row) => time_zone ?? '' },
        {
          head: 'made',
          cell: ({ created_at }: Row) => (created_at === null ? '' : localTime(created_at)),
          paint: terminal.colors.dim,
        },
      ];
      terminal.line(table(terminal, columns, items));
    });
}
