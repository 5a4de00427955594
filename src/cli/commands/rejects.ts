import type { Command } from 'commander';
import { dropReject, getReject, listRejects } from '../../query/rejects.js';
import { checkChoice, chosenRejects } from '../actions/chosen-rejects.js';
import { retryRejects } from '../actions/retry-rejects.js';
import {
  type CommandContext,
  createCommand,
  createCommandGroup,
  openContext,
} from '../command/command.js';
import { CommandFailedError } from '../command/command-error.js';
import { withStore } from '../command/with-tier.js';
import {
  addCsvOption,
  addListOptions,
  type ListFlags,
  readLimit,
  writePage,
} from '../options/list-options.js';
import { localTime, plural } from '../output/format.js';
import { printable } from '../output/printable.js';
import { table } from '../output/table.js';

/** `runfold rejects` */
export function rejectsCommand(): Command {
  return createCommandGroup('rejects', [
    listCommand(),
    showCommand(),
    retryCommand(),
    dropCommand(),
  ]);
}

function listCommand(): Command {
  const command = createCommand({
    name: 'list',
    summary: 'List rejects, newest first',
    examples: ['runfold rejects list', 'runfold rejects list --code invalid_event --json'],
  }).option('--code <code>', 'only with this code');
  return addCsvOption(addListOptions(command)).action(
    async (flags: ListFlags & { code?: string }, self: Command) => {
      const context = openContext(self, 'once');
      const { terminal, settings } = context;
      const limit = readLimit(flags);
      const page = await withStore(context, 'runfold rejects list', ({ database }) =>
        listRejects(database, {
          project: settings.project,
          code: flags.code,
          cursor: flags.cursor,
          limit,
        }),
      );
      const { dim, yellow } = terminal.colors;
      const columns = [
        { head: 'reject', cell: (row: (typeof page.items)[number]) => row.id },
        {
          head: 'received',
          cell: (row: (typeof page.items)[number]) => localTime(row.received_at),
          drop: 1,
          paint: dim,
        },
        { head: 'code', cell: (row: (typeof page.items)[number]) => row.code, paint: yellow },
        { head: 'message', cell: (row: (typeof page.items)[number]) => row.message, least: 20 },
      ];
      writePage(terminal, flags, page, {
        noun: 'rejects',
        columns: ['id', 'received_at', 'code', 'message', 'job_id', 'position', 'payload'],
        table: (rows) => table(terminal, columns, rows),
      });
    },
  );
}

function showCommand(): Command {
  return createCommand({
    name: 'show',
    summary: 'Show one reject in full, with its input',
    examples: ['runfold rejects show 0b7d1c9e-2f7e-5d53-9a55-0a4de1f4b0c1'],
  })
    .argument('<id>', 'the reject')
    .option('--json', 'print it as JSON')
    .action(async (id: string, flags: { json?: boolean }, self: Command) => {
      const context = openContext(self, 'once');
      const { terminal, settings } = context;
      const reject = await withStore(context, 'runfold rejects show', ({ database }) =>
        getReject(database, { id, project: settings.project }),
      );
      if (reject === undefined) {
        throw new CommandFailedError(
          `There is no reject ${JSON.stringify(id)} in this project. See "runfold rejects list".`,
        );
      }
      if (flags.json) return terminal.json(reject);
      const { bold, dim } = terminal.colors;
      terminal.line(bold(`Reject ${printable(reject.id)}`));
      const facts = {
        code: reject.code,
        message: reject.message,
        received: localTime(reject.received_at),
        job: `${reject.job_id}, event ${reject.position}`,
        payload: reject.payload,
      };
      for (const [name, value] of Object.entries(facts)) {
        terminal.line(`  ${dim(name.padEnd(8))} ${printable(value)}`);
      }
    });
}

interface ChoiceFlags {
  readonly all?: boolean;
  readonly json?: boolean;
}

function retryCommand(): Command {
  return createCommand({
    name: 'retry',
    summary: 'Send rejected events again, and delete their rejects',
    details: 'If an event is still invalid, its reject stays and the exit code is 1.',
    examples: [
      'runfold rejects retry 0b7d1c9e-2f7e-5d53-9a55-0a4de1f4b0c1',
      'runfold rejects retry --all',
    ],
  })
    .argument('[ids...]', 'the rejects')
    .option('--all', 'all of the project')
    .option('--json', 'print { sent, kept } as JSON')
    .action(async (ids: string[], flags: ChoiceFlags, self: Command) => {
      const { context, choice } = choose(ids, flags, self);
      const { terminal } = context;
      const { sent, kept } = await retryRejects(context, choice);
      if (flags.json) terminal.json({ sent, kept });
      else terminal.line(`${plural(sent, 'event')} sent again, ${plural(kept, 'reject')} kept.`);
      if (kept > 0) context.io.exitCode = 1;
    });
}

function dropCommand(): Command {
  return createCommand({
    name: 'drop',
    summary: 'Delete rejects permanently',
    examples: [
      'runfold rejects drop 0b7d1c9e-2f7e-5d53-9a55-0a4de1f4b0c1',
      'runfold rejects drop --all',
    ],
  })
    .argument('[ids...]', 'the rejects')
    .option('--all', 'all of the project')
    .option('--json', 'print { dropped } as JSON')
    .action(async (ids: string[], flags: ChoiceFlags, self: Command) => {
      const { context, choice } = choose(ids, flags, self);
      const { terminal } = context;
      const dropped = await withStore(context, 'runfold rejects drop', async ({ database }) => {
        let done = 0;
        for await (const { id, project } of chosenRejects(database, choice)) {
          if (await dropReject(database, { id, project })) done += 1;
        }
        return done;
      });
      if (flags.json) terminal.json({ dropped });
      else terminal.line(`${plural(dropped, 'reject')} deleted.`);
    });
}

function choose(ids: readonly string[], flags: ChoiceFlags, self: Command) {
  const context: CommandContext = openContext(self, 'once');
  const choice = { ids, all: flags.all === true, project: context.settings.project };
  checkChoice(choice);
  return { context, choice };
}
