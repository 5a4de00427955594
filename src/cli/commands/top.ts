import { Argument, type Command, Option } from 'commander';
import { oneOfNames } from '../../events/check/nearest-name.js';
import { describeValue } from '../../events/fault.js';
import { sessionSchema } from '../../http/route/response-schema.js';
import type { Database } from '../../postgres/database.js';
import { InvalidQueryError } from '../../query/query-errors.js';
import { getTopSessions, type SessionFigure } from '../../query/totals/top-sessions.js';
import type { SessionTotals } from '../../query/totals/totals.js';
import {
  figuresBy,
  figuresOf,
  getUsage,
  type UsageFigure,
  type UsageRow,
  usageFigures,
} from '../../query/usage/get-usage.js';
import { createCommand, openContext } from '../command/command.js';
import { withStore } from '../command/with-tier.js';
import { readInteger } from '../options/number-option.js';
import { addRangeOptions, type RangeFlags, readRange } from '../options/range-options.js';
import { csv } from '../output/csv.js';
import { absent, costOf, count } from '../output/format.js';
import { type Column, table } from '../output/table.js';
import { emptyText } from '../reports/empty-range.js';
import { figureText, usageTable } from '../reports/usage-report.js';

const groups = {
  users: 'user_id',
  models: 'model',
  tools: 'tool_name',
  agents: 'agent_id',
  teams: 'team_id',
  workflows: 'workflow_id',
} as const;
type What = keyof typeof groups | 'sessions';

interface Flags extends RangeFlags {
  readonly by: string;
  readonly limit: string;
  readonly json?: boolean;
  readonly csv?: boolean;
}

/** `runfold top` */
export function topCommand(): Command {
  const command = createCommand({
    name: 'top',
    examples: [
      'runfold top sessions',
      'runfold top users --by total_tokens --since 30d',
      'runfold top tools --by tool_time_p95 --json',
    ],
  })
    .addArgument(
      new Argument('<what>', 'what to rank').choices(['sessions', ...Object.keys(groups)]),
    )
    .option('--by <figure>', 'the figure, such as cost, total_tokens or tool_errors', 'cost')
    .option('--limit <number>', 'the maximum number of rows, 1 to 1000', '10')
    .option('--json', 'print { rows } as JSON')
    .addOption(new Option('--csv', 'print the rows as CSV').conflicts('json'));
  return addRangeOptions(command).action(async (what: What, flags: Flags, self: Command) => {
    const context = openContext(self, 'once');
    const { terminal, settings } = context;
    const { project } = settings;
    const { time_zone, ...range } = readRange(flags);
    const limit = readInteger('--limit', flags.limit, { most: 1000 });
    const show = <Row extends object>(
      rows: readonly Row[],
      names: readonly (keyof Row & string)[],
      text: () => string,
    ) => {
      if (flags.json) return terminal.json({ rows });
      if (flags.csv) return terminal.line(csv(names, rows));
      terminal.line(text());
    };
    const none = async (database: Database) => {
      const whole = { from: range.from, to: range.to ?? new Date().toISOString() };
      const said = await emptyText(database, project, whole, `No ${what}`);
      terminal.line(terminal.colors.dim(said));
    };
    await withStore(context, 'runfold top', async ({ database }) => {
      if (what === 'sessions') {
        const order_by = flags.by as SessionFigure;
        const rows = await getTopSessions(database, { project, ...range, order_by, limit });
        if (rows.length === 0 && !flags.json && !flags.csv) return none(database);
        return show(rows, sessionNames, () => table(terminal, sessionColumns(order_by), rows));
      }
      const by = groups[what];
      const shown = usageFigures.find((name) => name === flags.by);
      if (shown === undefined) {
        throw new InvalidQueryError(
          'order_by',
          oneOfNames(usageFigures, flags.by),
          describeValue(flags.by),
        );
      }
      const options = { project, ...range, time_zone, group_by: [by], order_by: shown, top: limit };
      const { rows } = await getUsage(database, options);
      if (rows.length === 0 && !flags.json && !flags.csv) return none(database);
      show(rows, [by, ...figuresOf(options)], () => {
        const cell = (row: UsageRow) => row[by] ?? absent;
        const group = { head: by, cell, least: 16 };
        return usageTable(terminal, rows, { group, figures: chooseFigures(what, shown), shown });
      });
    });
  });
}

const sessionNames = Object.keys(sessionSchema.shape) as (keyof SessionTotals)[];

function chooseFigures(what: What, shown: UsageFigure): UsageFigure[] {
  const usual: UsageFigure[] =
    what === 'tools'
      ? ['tool_calls', 'tool_errors', 'cost']
      : ['assistant_messages', 'input_tokens', 'output_tokens', 'cost'];
  const kept = what === 'sessions' ? usual : figuresBy([groups[what]]);
  return [shown, ...usual.filter((name) => name !== shown && kept.includes(name))];
}

function sessionColumns(shown: SessionFigure): Column<SessionTotals>[] {
  const columns: Column<SessionTotals>[] = [
    { head: 'session', cell: (row) => row.session_id, least: 12 },
    { head: 'user', cell: (row) => row.user_id ?? absent, least: 8, drop: 1 },
    { head: 'runs', cell: (row) => count(row.runs), align: 'right', drop: 2 },
    { head: 'tokens', cell: (row) => count(row.total_tokens), align: 'right', drop: 3 },
    { head: 'cost', cell: costOf, align: 'right' },
  ];
  if (shown === 'cost' || shown === 'runs' || shown === 'total_tokens') return columns;
  const cell = (row: SessionTotals) => figureText(shown as UsageFigure, row[shown]);
  return [...columns, { head: shown, cell, align: 'right' }];
}
