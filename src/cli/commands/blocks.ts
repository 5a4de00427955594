import type { Command } from 'commander';
import { getUsage } from '../../query/usage/get-usage.js';
import { type UsageBlock, usageBlocks } from '../../query/usage/usage-blocks.js';
import { createCommand, openContext } from '../command/command.js';
import { withStore } from '../command/with-tier.js';
import { addRangeOptions, type RangeFlags, readRange } from '../options/range-options.js';
import { costOf, count, duration, localTime } from '../output/format.js';
import { table } from '../output/table.js';
import type { Terminal } from '../output/terminal.js';
import { emptyText } from '../reports/empty-range.js';

interface Flags extends RangeFlags {
  readonly active?: boolean;
  readonly json?: boolean;
}

/** How much earlier reading begins, so that the first block does not depend on the start of the range. */
const leadMs = 3 * 86_400_000;

/** `runfold blocks` */
export function blocksCommand(): Command {
  const command = createCommand({
    name: 'blocks',
    details:
      'A block begins at the full hour in UTC of its first message. The first message after the end ' +
      'of a block begins the next one.',
    examples: ['runfold blocks', 'runfold blocks --active', 'runfold blocks --since 14d --json'],
  })
    .option('--active', 'only the current block: its usage, the time left, and the rate')
    .option('--json', 'print the blocks as JSON');
  return addRangeOptions(command).action(async (flags: Flags, self: Command) => {
    const context = openContext(self, 'once');
    const { terminal, settings } = context;
    const range = readRange(flags);
    const from = Date.parse(range.from);
    const now = Date.now();
    await withStore(context, 'runfold blocks', async ({ database }) => {
      const series = await getUsage(database, {
        ...range,
        from: new Date(from - leadMs).toISOString(),
        project: settings.project,
        bucket: '15m',
        fill: false,
        quantiles: false,
      });
      const blocks = usageBlocks(series.rows, now).filter(
        ({ end, is_active }) => Date.parse(end) > from && (flags.active !== true || is_active),
      );
      if (flags.json) return terminal.json({ blocks });
      if (blocks.length > 0) {
        for (const line of blockLines(terminal, blocks, now)) terminal.line(line);
        return;
      }
      const empty = flags.active
        ? 'No block is active.'
        : await emptyText(
            database,
            settings.project,
            { ...series, from: range.from },
            'Nothing was used',
          );
      terminal.line(terminal.colors.dim(empty));
    });
  });
}

function blockLines(terminal: Terminal, blocks: readonly UsageBlock[], now: number): string[] {
  const { green } = terminal.colors;
  const left = (block: UsageBlock) => (Date.parse(block.end) - now) / 1000;
  return [
    table(
      terminal,
      [
        { head: 'block', cell: ({ start }) => localTime(start).slice(0, 16) },
        {
          head: 'left',
          cell: (block) => (block.is_active ? duration(left(block)) : ''),
          paint: (text) => green(text),
        },
        { head: 'messages', cell: ({ messages }) => count(messages), align: 'right', drop: 2 },
        { head: 'input', cell: (block) => count(block.input_tokens), align: 'right' },
        { head: 'output', cell: (block) => count(block.output_tokens), align: 'right' },
        { head: 'total', cell: (block) => count(block.total_tokens), align: 'right', drop: 1 },
        {
          head: 'tokens/min',
          cell: (block) => count(block.tokens_per_minute),
          align: 'right',
          drop: 3,
        },
        { head: 'cost', cell: costOf, align: 'right' },
      ],
      blocks,
    ),
  ];
}
