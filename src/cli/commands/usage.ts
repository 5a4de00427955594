import { type Command, Option } from 'commander';
import { getUsage, type UsageFigure, usageFigures } from '../../query/usage/get-usage.js';
import { type UsageBucket, usageBuckets } from '../../query/usage/usage-range.js';
import type { UsageDimension } from '../../query/usage/usage-sources.js';
import { createCommand, openContext } from '../command/command.js';
import { withTier } from '../command/with-tier.js';
import { addRangeOptions, type RangeFlags, readRange } from '../options/range-options.js';
import { csv } from '../output/csv.js';
import { absent } from '../output/format.js';
import { usageBars, usageTable } from '../reports/usage-report.js';

/** What `--by` takes, and the fields of events they are. */
export const groupNames: Readonly<Record<string, UsageDimension>> = {
  model: 'model',
  provider: 'provider',
  agent: 'agent_id',
  tool: 'tool_name',
  team: 'team_id',
  user: 'user_id',
};

interface Flags extends RangeFlags {
  readonly by?: string;
  readonly bucket: UsageBucket;
  readonly figure: UsageFigure;
  readonly top: string;
  readonly json?: boolean;
  readonly csv?: boolean;
}

/** `runfold usage` */
export function usageCommand(): Command {
  const command = createCommand({
    name: 'usage',
    details: 'Tokens, cost, counts and times, in all or by model, agent, tool, team or user.',
    examples: [
      'runfold usage',
      'runfold usage --by model --since 30d --tz America/New_York',
      'runfold usage --by tool --figure tool_errors --bucket hour --since 24h',
      'runfold usage --by user --bucket month --since 52w --csv',
    ],
  })
    .addOption(new Option('--by <field>', 'group by this').choices(Object.keys(groupNames)))
    .addOption(
      new Option('--bucket <length>', 'how long each bucket is')
        .choices([...usageBuckets])
        .default('day'),
    )
    .addOption(
      new Option(
        '--figure <name>',
        'the figure shown over time and ranked by, such as output_tokens',
      ).default('cost'),
    )
    .option('--top <number>', 'the most groups, 1 to 1000', '10')
    .option('--json', 'print the series as JSON')
    .option('--csv', 'print the series as CSV');
  return addRangeOptions(command).action(async (flags: Flags, self: Command) => {
    const context = openContext(self, 'once');
    const { terminal, settings } = context;
    const by = flags.by === undefined ? undefined : groupNames[flags.by];
    const group_by = by === undefined ? [] : [by];
    const options = {
      ...readRange(flags),
      project: settings.project,
      group_by,
      order_by: flags.figure,
      top: by === undefined ? undefined : Number(flags.top),
    };
    await withTier(context, 'runfold usage', async ({ database }) => {
      const quantiles = flags.json === true || flags.csv === true || /_p\d\d$/.test(flags.figure);
      const series = await getUsage(database, { ...options, bucket: flags.bucket, quantiles });
      if (flags.json) return terminal.json(series);
      if (flags.csv) {
        const names = ['bucket_start', 'bucket_local', ...group_by, ...usageFigures] as const;
        return terminal.line(csv(names, series.rows));
      }
      if (by === undefined) {
        for (const line of usageBars(terminal, series, flags.figure)) terminal.line(line);
        terminal.line();
      }
      const totals = await getUsage(database, options);
      const isTool = by === 'tool_name';
      const figures: UsageFigure[] = isTool
        ? ['tool_calls', 'error_rate', 'tool_time_p50', 'tool_time_p95', 'cost']
        : by === 'user_id' || by === 'team_id'
          ? ['runs', 'assistant_messages', 'input_tokens', 'output_tokens', 'cost']
          : [
              'assistant_messages',
              'input_tokens',
              'output_tokens',
              'cache_hit_rate',
              'tokens_per_second',
              'time_p50',
              'time_p95',
              'cost',
            ];
      if (!figures.includes(flags.figure)) figures.push(flags.figure);
      if (totals.rows.length === 0) return terminal.line(terminal.colors.dim('Nothing was used.'));
      terminal.line(
        usageTable(terminal, totals.rows, {
          group: {
            head: flags.by ?? 'all',
            cell: (row) => (by === undefined ? 'all' : (row[by] ?? absent)),
            least: 16,
          },
          figures,
          shown: flags.figure,
          ...(by === undefined ? {} : { series }),
        }),
      );
    });
  });
}
