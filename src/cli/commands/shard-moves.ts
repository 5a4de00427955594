import type { Command } from 'commander';
import {
  moveShard,
  planRebalance,
  rebalanceShards,
  type ShardMove,
} from '../../store/move-shards.js';
import { type CommandContext, createCommand, openContext } from '../command/command.js';
import { withStore } from '../command/with-tier.js';
import { readInteger } from '../options/number-option.js';
import { plural } from '../output/format.js';

interface MoveFlags {
  readonly blockWrites?: boolean;
  readonly json?: boolean;
}

/** `runfold shards move` */
export function moveCommand(): Command {
  return createCommand({
    name: 'move',
    summary: 'Move a stripe to another node of a Citus cluster',
    details:
      'All tables of the stripe move together, while events are written. Writers of that stripe wait for the switch at ' +
      'the end. Nodes are named as in "runfold shards list".',
    examples: ['runfold shards move --stripe 3 --to node-2:5432'],
  })
    .requiredOption('--stripe <number>', 'the stripe, from 0')
    .requiredOption('--to <host:port>', 'the node')
    .option('--block-writes', 'let writers of the stripe wait for the whole copy')
    .option('--json', 'print { moves } as JSON')
    .action(async (flags: MoveFlags & { stripe: string; to: string }, self: Command) => {
      const stripe = readInteger('--stripe', flags.stripe, { least: 0, most: 255 });
      const context = openContext(self, 'once');
      const move = await withStore(context, 'runfold shards move', ({ database }) =>
        moveShard(
          database,
          { stripe, to: flags.to },
          { block_writes: flags.blockWrites, on_move: tellMove(context) },
        ),
      );
      showMoves(context, flags, move === undefined ? [] : [move]);
    });
}

/** `runfold shards rebalance` */
export function rebalanceCommand(): Command {
  return createCommand({
    name: 'rebalance',
    summary: 'Spread the stripes evenly over the nodes of a Citus cluster',
    details:
      'Moves stripes one after the other, as "runfold shards move" does, for example after a node was added. If it is ' +
      'stopped, the moves so far stay: run it again.',
    examples: ['runfold shards rebalance --dry-run', 'runfold shards rebalance'],
  })
    .option('--dry-run', 'only show what would move')
    .option('--block-writes', 'let writers of a stripe wait for its whole copy')
    .option('--json', 'print { moves } as JSON')
    .action(async (flags: MoveFlags & { dryRun?: boolean }, self: Command) => {
      const context = openContext(self, 'once');
      const moves = await withStore(context, 'runfold shards rebalance', ({ database }) =>
        flags.dryRun === true
          ? planRebalance(database)
          : rebalanceShards(database, {
              block_writes: flags.blockWrites,
              on_move: tellMove(context),
            }),
      );
      showMoves(context, flags, moves);
    });
}

const tellMove =
  ({ terminal }: CommandContext) =>
  ({ stripe, from, to }: ShardMove, at: number, of: number) =>
    terminal.note(`${at} of ${of}: stripe ${stripe} from ${from} to ${to} …`);

function showMoves(
  { terminal }: CommandContext,
  { json, dryRun = false }: { json?: boolean; dryRun?: boolean },
  moves: readonly ShardMove[],
): void {
  if (json === true) terminal.json({ moves });
  else if (moves.length === 0) terminal.line('Nothing has to move.');
  else if (!dryRun) terminal.line(`Moved ${plural(moves.length, 'stripe')}.`);
  else {
    for (const { stripe, from, to } of moves) {
      terminal.line(`stripe ${stripe}: from ${from} to ${to}`);
    }
  }
}
