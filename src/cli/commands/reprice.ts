import type { Command } from 'commander';
import {
  InvalidRangeError,
  type RepriceReport,
  reprice,
  type UnpricedModel,
} from '../../corrections/reprice.js';
import { createCommand, openContext } from '../command/command.js';
import { UsageError } from '../command/command-error.js';
import { withStore } from '../command/with-tier.js';
import { absent, count, plural } from '../output/format.js';
import { type Column, table } from '../output/table.js';
import type { Terminal } from '../output/terminal.js';

interface Flags {
  readonly from?: string;
  readonly to?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** `runfold reprice` */
export function repriceCommand(): Command {
  return createCommand({
    name: 'reprice',
    details:
      'Uses the price book of this version and your own prices, and appends the differences ' +
      'as corrections. The earlier prices stay in the log. A second run changes nothing.',
    examples: ['runfold reprice --dry-run', 'runfold reprice --from 2026-01-01T00:00:00Z'],
  })
    .option('--from <time>', 'only messages at this time or later, RFC 3339 with a zone')
    .option('--to <time>', 'only messages before this time')
    .option('--dry-run', 'show what would change without writing it')
    .option('--json', 'print the report as JSON')
    .action(async (flags: Flags, self: Command) => {
      const context = openContext(self, 'once');
      const { terminal, settings } = context;
      const report = await withStore(context, 'runfold reprice', ({ database }) =>
        reprice(database, {
          project: settings.project,
          from: flags.from,
          to: flags.to,
          dry_run: flags.dryRun === true,
        }).catch((error) => {
          throw error instanceof InvalidRangeError ? new UsageError(`--${error.message}`) : error;
        }),
      );
      if (flags.json) return terminal.json(report);
      for (const line of reportLines(terminal, report, flags.dryRun === true)) terminal.line(line);
    });
}

/** All digits: totals change by exactly this. */
const exactly = (dollars: number) =>
  `${dollars < 0 ? '-' : ''}$${Math.abs(dollars)
    .toFixed(9)
    .replace(/0{0,7}$/, '')}`;

const keptCost: Column<UnpricedModel> = {
  head: 'earlier cost kept',
  cell: ({ kept_cost }) => (kept_cost === null ? absent : exactly(kept_cost)),
  align: 'right',
};

function reportLines(terminal: Terminal, report: RepriceReport, isDry: boolean): string[] {
  const { messages, reported, corrected, unpriced } = report;
  const sign = report.difference < 0 ? '' : '+';
  const lines = [
    `${plural(messages, 'message')}, of which ${count(reported)} reported their cost.`,
    `${plural(corrected, 'correction')} ${isDry ? 'to append' : 'appended'}: ${exactly(report.cost_before)} → ${exactly(report.cost_after)} (${sign}${exactly(report.difference)})`,
  ];
  if (unpriced.length === 0) return lines;
  const reasons = {
    unknown_model: 'not in the price book',
    inconsistent_tokens: 'the parts of its tokens contradict the whole',
    above_limit: 'above the greatest cost of an event',
  };
  return [
    ...lines,
    '',
    'Without a price:',
    table(
      terminal,
      [
        { head: 'model', cell: (row) => row.model ?? absent, least: 16 },
        { head: 'provider', cell: (row) => row.provider ?? absent, least: 8 },
        { head: 'messages', cell: (row) => count(row.messages), align: 'right' },
        ...(unpriced.some(({ kept_cost }) => kept_cost !== null) ? [keptCost] : []),
        { head: 'why', cell: (row) => reasons[row.reason] },
      ],
      unpriced,
    ),
  ];
}
