import { type Command, Option } from 'commander';
import {
  figuresBy,
  figuresOf,
  getUsage,
  type UsageFigure,
  type UsageRow,
  usageFigures,
} from '../../query/usage/get-usage.js';
import { type UsageBucket, usageBuckets } from '../../query/usage/usage-range.js';
import { labelOf, type UsageDimension } from '../../query/usage/usage-sources.js';
import { dimensionsOf } from '../../query/usage/usage-statement.js';
import { createCommand, openContext } from '../command/command.js';
import { UsageError } from '../command/command-error.js';
import { withStore } from '../command/with-tier.js';
import { readInteger } from '../options/number-option.js';
import { addRangeOptions, type RangeFlags, readRange } from '../options/range-options.js';
import {
  addUsageFilters,
  groupNames,
  parseGroups,
  parseList,
  type UsageFilterFlags,
  usageFilters,
} from '../options/usage-options.js';
import { csv } from '../output/csv.js';
import { absent } from '../output/format.js';
import { emptyText } from '../reports/empty-range.js';
import { figuresFor, usageBars, usageTable } from '../reports/usage-report.js';

interface Flags extends RangeFlags, UsageFilterFlags {
  readonly by?: readonly UsageDimension[];
  readonly bucket: UsageBucket;
  readonly figure: UsageFigure;
  readonly figures?: readonly UsageFigure[];
  readonly top: string;
  readonly json?: boolean;
  readonly csv?: boolean;
}

/** `runfold usage` */
export function usageCommand(): Command {
  const command = createCommand({
    name: 'usage',
    details:
      'Tokens, cost, counts and times, in total or by model, agent, tool, team, workflow, user or label.\n' +
      'Each message, call and run counts at the time when it ended, for the user and agent that it names.',
    examples: [
      'runfold usage',
      'runfold usage --by model --since 30d --tz America/New_York',
      'runfold usage --by user,model --user ann --user bob',
      'runfold usage --by label:customer,model --label customer=acme',
      'runfold usage --by tool --figure tool_errors --bucket hour --since 24h',
      'runfold usage --by agent --figure run_error_rate',
      'runfold usage --by user --bucket month --since 52w --csv --figures cost,total_tokens',
    ],
  })
    .addOption(
      new Option(
        '--by <fields>',
        `group by these, with commas between them: ${Object.keys(groupNames).join(', ')}, label:NAME`,
      ).argParser(parseGroups),
    )
    .addOption(
      new Option('--bucket <length>', 'the length of each bucket')
        .choices([...usageBuckets])
        .default('day'),
    )
    .addOption(
      new Option(
        '--figure <name>',
        'the figure to show over time and to rank by, such as output_tokens',
      )
        .argParser(parseFigure)
        .default('cost'),
    )
    .addOption(
      new Option('--figures <names>', 'limit the output to these figures').argParser(
        (text: string, before: readonly UsageFigure[] = []) => [
          ...before,
          ...parseList('--figures', text, usageFigures),
        ],
      ),
    )
    .option('--top <number>', 'the maximum number of groups, 1 to 1000', '10')
    .option('--json', 'print the series as JSON')
    .addOption(new Option('--csv', 'print the series as CSV').conflicts('json'));
  addUsageFilters(command);
  return addRangeOptions(command).action(async (flags: Flags, self: Command) => {
    const context = openContext(self, 'once');
    const { terminal, settings } = context;
    const top = readInteger('--top', flags.top, { most: 1000 });
    const group_by = flags.by ?? [];
    const isGrouped = group_by.length > 0;
    const options = {
      ...readRange(flags),
      project: settings.project,
      group_by,
      filters: usageFilters(flags),
      order_by: flags.figure,
      top: isGrouped ? top : undefined,
    };
    await withStore(context, 'runfold usage', async ({ database }) => {
      if (flags.json || flags.csv) {
        const question = { ...options, bucket: flags.bucket, figures: flags.figures };
        const series = await getUsage(database, question);
        if (flags.json) return terminal.json(series);
        const names = [
          'bucket_start',
          'bucket_local',
          ...group_by,
          ...figuresOf(question),
        ] as const;
        return terminal.line(csv(names, series.rows));
      }
      const kept = figuresBy(dimensionsOf(options));
      // Figures that were asked for are read even if they are not kept, so that this is an error.
      const figures = [
        ...(flags.figures ?? tableFigures(group_by).filter((name) => kept.includes(name))),
      ];
      if (!figures.includes(flags.figure)) figures.push(flags.figure);
      const shown = figuresFor([flags.figure], kept);
      const series = await getUsage(database, {
        ...options,
        bucket: flags.bucket,
        figures: shown,
      });
      const read = figuresFor(figures, kept);
      const totals = await getUsage(database, { ...options, figures: read });
      if (isEmpty(isGrouped, totals.rows)) {
        return terminal.line(
          terminal.colors.dim(
            await emptyText(database, settings.project, series, 'Nothing was used'),
          ),
        );
      }
      if (!isGrouped) {
        for (const line of usageBars(terminal, series, flags.figure)) terminal.line(line);
        terminal.line();
      }
      const nameOf = (row: UsageRow) =>
        isGrouped ? group_by.map((name) => row[name] ?? absent).join(' · ') : 'all';
      terminal.line(
        usageTable(terminal, totals.rows, {
          group: {
            head: isGrouped ? group_by.map(headOf).join(' · ') : 'all',
            cell: nameOf,
            least: 16,
          },
          figures,
          shown: flags.figure,
          ...(isGrouped ? { series } : {}),
        }),
      );
    });
  });
}

/** @throws UsageError */
function parseFigure(text: string): UsageFigure {
  const [figure, ...others] = parseList('--figure', text, usageFigures);
  if (figure !== undefined && others.length === 0) return figure;
  throw new UsageError(
    `--figure: expected one figure, got ${JSON.stringify(text)}. --figures takes several.`,
  );
}

/** The name of a dimension on the command line. For a label, only its own name. */
function headOf(dimension: UsageDimension): string {
  const [name] = Object.entries(groupNames).find(([, known]) => known === dimension) ?? [];
  return name ?? labelOf(dimension) ?? dimension;
}

/** The figures of a table, if they are stored for its grouping. */
function tableFigures(group_by: readonly UsageDimension[]): UsageFigure[] {
  if (group_by.includes('tool_name')) {
    return ['tool_calls', 'error_rate', 'tool_time_p50', 'tool_time_p95', 'cost'];
  }
  return [
    ...(group_by.length > 0 ? (['runs', 'run_error_rate', 'run_time_p95'] as const) : []),
    'assistant_messages',
    'input_tokens',
    'output_tokens',
    'cache_hit_rate',
    'tokens_per_second',
    'time_p50',
    'time_p95',
    'cost',
  ];
}

/** Whether nothing happened: there is no group, or the only group has no figure above 0. */
function isEmpty(isGrouped: boolean, [first]: readonly UsageRow[]): boolean {
  if (isGrouped || first === undefined) return first === undefined;
  const values: readonly unknown[] = Object.values(first);
  return values.every((value) => value === null || value === 0);
}
