import type { Command } from 'commander';
import { createShards } from '../../store/create-shards.js';
import { type ListedShard, listShards } from '../../store/list-shards.js';
import { isCoordinator } from '../../store/shards/citus-nodes.js';
import { createCommand, createCommandGroup, openContext } from '../command/command.js';
import { UsageError } from '../command/command-error.js';
import { withStore, withTier } from '../command/with-tier.js';
import { readInteger } from '../options/number-option.js';
import { absent, count, plural } from '../output/format.js';
import { table } from '../output/table.js';
import { moveCommand, rebalanceCommand } from './shard-moves.js';

/** Stripes of a store on one server: enough to part hot rows, few enough for its plans. */
const stripesOnOneServer = 8;
/** Stripes of a store on Citus: enough for as many nodes, few enough that a batch has many events of each. */
const stripesOnCitus = 64;

/** `runfold shards` */
export function shardsCommand(): Command {
  return createCommandGroup('shards', [
    createShardsCommand(),
    listCommand(),
    moveCommand(),
    rebalanceCommand(),
  ]);
}

interface CreateFlags {
  readonly onOneServer?: boolean;
  readonly stripes?: string;
  readonly json?: boolean;
}

function createShardsCommand(): Command {
  return createCommand({
    name: 'create',
    summary: 'Divide an empty store into stripes',
    details:
      'Each session belongs to one stripe, which has its own part of every table. The number of stripes is set once ' +
      'and never changes. On the coordinator of a Citus cluster the stripes are spread over its nodes. A store with events cannot be divided: create a new one, and copy the log into it with ' +
      '"runfold replicate".',
    examples: [
      'runfold shards create',
      'runfold shards create --on-one-server',
      'runfold shards create --on-one-server --stripes 32',
    ],
  })
    .option('--on-one-server', 'as partitions of this Postgres')
    .option(
      '--stripes <number>',
      `how many, 2 to 256 (default: ${stripesOnOneServer} on one server, ${stripesOnCitus} on Citus)`,
    )
    .option('--json', 'print the stripes as JSON')
    .action(async (flags: CreateFlags, self: Command) => {
      const isOnOneServer = flags.onOneServer === true;
      const stripes = readStripes(
        flags.stripes,
        isOnOneServer ? stripesOnOneServer : stripesOnCitus,
      );
      const context = openContext(self, 'once');
      const { terminal } = context;
      const created = await withTier(context, 'runfold shards create', async ({ database }) => {
        if (!isOnOneServer && !(await isCoordinator(database))) {
          throw new UsageError(
            'shards create: expected --on-one-server, or a database with the extension citus, on its coordinator.',
          );
        }
        await createShards(database, { stripes, kind: isOnOneServer ? 'partitions' : 'citus' });
        return listShards(database);
      });
      if (flags.json) return terminal.json(created);
      terminal.line(`The store is divided into ${plural(stripes, 'stripe')}.`);
      terminal.note(
        'Restart workers and services. Roles with the least rights need "runfold migrate --grants" again.',
      );
    });
}

function listCommand(): Command {
  return createCommand({
    name: 'list',
    summary: 'List the stripes of a store',
    examples: ['runfold shards list', 'runfold shards list --json'],
  })
    .option('--json', 'print { kind, stripes, items } as JSON')
    .action(async (flags: { json?: boolean }, self: Command) => {
      const context = openContext(self, 'once');
      const { terminal } = context;
      const listed = await withStore(context, 'runfold shards list', ({ database }) =>
        listShards(database),
      );
      if (flags.json) return terminal.json(listed);
      if (listed.kind === 'whole') return terminal.line('The store is not divided.');
      const columns = [
        { head: 'stripe', align: 'right' as const, cell: ({ stripe }: ListedShard) => `${stripe}` },
        { head: 'on', cell: ({ place }: ListedShard) => place },
        {
          head: 'events, about',
          align: 'right' as const,
          cell: ({ events }: ListedShard) => (events === null ? absent : count(events)),
        },
        {
          head: 'log, MB',
          align: 'right' as const,
          cell: ({ bytes }: ListedShard) => (bytes / 1e6).toFixed(1),
        },
      ];
      terminal.line(table(terminal, columns, listed.items));
    });
}

function readStripes(text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  return readInteger('--stripes', text, { least: 2, most: 256 });
}
