import type { Command } from 'commander';
import { getUsage } from '../../query/usage/get-usage.js';
import { createCommand, openContext } from '../command/command.js';
import { withStore } from '../command/with-tier.js';
import { addRangeOptions, type RangeFlags, readRange } from '../options/range-options.js';
import { csv } from '../output/csv.js';
import { emptyText } from '../reports/empty-range.js';
import { periodLines, toPeriodReport } from '../reports/period-report.js';

interface Flags extends RangeFlags {
  readonly breakdown?: boolean;
  readonly json?: boolean;
  readonly csv?: boolean;
}

const periods = {
  daily: { bucket: 'day', since: '30d', head: 'day' },
  weekly: { bucket: 'week', since: '12w', head: 'week from' },
  monthly: { bucket: 'month', since: '52w', head: 'month' },
} as const;

/** `runfold daily`, `weekly` and `monthly` */
export function periodCommand(name: keyof typeof periods): Command {
  const { bucket, since, head } = periods[name];
  const command = createCommand({
    name,
    details:
      'The newest row is last, followed by a row of sums. Input includes tokens read from and written ' +
      'to a cache. Messages without a price are named; the cost does not include them.',
    examples: [
      `runfold ${name}`,
      `runfold ${name} --breakdown --tz America/New_York`,
      `runfold ${name} --from 2026-01-01T00:00:00Z --json`,
    ],
  })
    .option('--breakdown', 'add a row per model below each row')
    .option('--json', 'print the report as JSON')
    .option('--csv', 'print a row per model and period as CSV');
  return addRangeOptions(command, since).action(async (flags: Flags, self: Command) => {
    const context = openContext(self, 'once');
    const { terminal, settings } = context;
    const { project } = settings;
    const asTable = flags.json !== true && flags.csv !== true;
    const { series, empty } = await withStore(context, `runfold ${name}`, async ({ database }) => {
      const found = await getUsage(database, {
        ...readRange(flags),
        project,
        group_by: ['model'],
        bucket,
        fill: false,
        quantiles: false,
      });
      const isEmpty = asTable && found.rows.length === 0;
      const said = isEmpty ? await emptyText(database, project, found, 'Nothing was used') : '';
      return { series: found, empty: said };
    });
    const report = toPeriodReport(series);
    if (flags.json) return terminal.json(report);
    if (flags.csv) {
      const rows = report.periods.flatMap(({ period, models }) =>
        models.map((model) => ({ period, ...model })),
      );
      const names = [
        'period',
        'model',
        'messages',
        'input_tokens',
        'output_tokens',
        'cache_write_tokens',
        'cached_tokens',
        'total_tokens',
        'cost',
        'unpriced_messages',
      ] as const;
      return terminal.line(csv(names, rows));
    }
    if (report.periods.length === 0) return terminal.line(terminal.colors.dim(empty));
    const isBroken = flags.breakdown === true;
    for (const line of periodLines(terminal, report, head, isBroken)) terminal.line(line);
  });
}
