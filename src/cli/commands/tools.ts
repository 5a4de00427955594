import { type Command, Option } from 'commander';
import {
  figuresOf,
  getUsage,
  type UsageFigure,
  type UsageRow,
} from '../../query/usage/get-usage.js';
import { createCommand, openContext } from '../command/command.js';
import { withStore } from '../command/with-tier.js';
import { addRangeOptions, type RangeFlags, readRange } from '../options/range-options.js';
import { csv } from '../output/csv.js';
import { absent } from '../output/format.js';
import { emptyText } from '../reports/empty-range.js';
import { usageTable } from '../reports/usage-report.js';

interface Flags extends RangeFlags {
  readonly json?: boolean;
  readonly csv?: boolean;
}

const figures: readonly UsageFigure[] = [
  'tool_calls',
  'tool_errors',
  'error_rate',
  'mean_tool_time',
  'tool_time_p50',
  'tool_time_p95',
  'tool_time_p99',
];

/** `runfold tools` */
export function toolsCommand(): Command {
  const command = createCommand({
    name: 'tools',
    examples: ['runfold tools', 'runfold tools --since 24h --json'],
  })
    .option('--json', 'print the totals of each tool as JSON')
    .addOption(new Option('--csv', 'print the totals of each tool as CSV').conflicts('json'));
  return addRangeOptions(command).action(async (flags: Flags, self: Command) => {
    const context = openContext(self, 'once');
    const { terminal, settings } = context;
    await withStore(context, 'runfold tools', async ({ database }) => {
      const options = {
        ...readRange(flags),
        project: settings.project,
        group_by: ['tool_name'] as const,
        order_by: 'tool_calls' as const,
      };
      const totals = await getUsage(database, options);
      if (flags.json) return terminal.json(totals);
      if (flags.csv) {
        const lines = csv(['tool_name', ...figuresOf(options)], totals.rows);
        return terminal.line(lines);
      }
      if (totals.rows.length === 0) {
        return terminal.line(
          terminal.colors.dim(await emptyText(database, settings.project, totals, 'No tool calls')),
        );
      }
      const series = await getUsage(database, {
        ...options,
        bucket: 'day',
        figures: ['tool_calls'],
      });
      const group = {
        head: 'tool',
        cell: (row: UsageRow) => row.tool_name ?? absent,
        least: 16,
      };
      terminal.line(
        usageTable(terminal, totals.rows, { group, figures, series, shown: 'tool_calls' }),
      );
    });
  });
}
