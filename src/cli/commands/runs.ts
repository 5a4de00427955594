import { type Command, Option } from 'commander';
import { type RunStatus, runStatuses } from '../../events/metric-event.js';
import { runSchema } from '../../http/route/response-schema.js';
import type { Database } from '../../postgres/database.js';
import { getAgno2RunMetrics } from '../../query/agno/agno2-run-metrics.js';
import { getRunMetrics } from '../../query/agno/run-metrics.js';
import { getRunTree } from '../../query/totals/run-tree.js';
import { listRuns, type RunOrder, runOrders } from '../../query/totals/runs.js';
import type { RunTotals } from '../../query/totals/totals.js';
import {
  countWaitingSpans,
  listWaitingSpans,
  mostCounted,
} from '../../query/waiting/waiting-spans.js';
import {
  type CommandContext,
  createCommand,
  createCommandGroup,
  openContext,
} from '../command/command.js';
import { CommandFailedError, UsageError } from '../command/command-error.js';
import { withStore } from '../command/with-tier.js';
import { agnoOption } from '../options/agno-option.js';
import {
  addTotalsOptions,
  readLimit,
  type TotalsFlags,
  totalsQuery,
  writePage,
} from '../options/list-options.js';
import { repeatable } from '../options/repeatable-option.js';
import { count, plural } from '../output/format.js';
import { showRun } from '../reports/run-page.js';
import { runTable } from '../reports/run-table.js';
import { readRunSteps } from '../reports/step-table.js';
import { waitingTable } from '../reports/waiting-table.js';

/** `runfold runs` */
export function runsCommand(): Command {
  return createCommandGroup('runs', [listCommand(), showCommand(), waitingCommand()]);
}

interface Filters extends TotalsFlags {
  readonly session?: readonly string[];
  readonly status?: readonly RunStatus[];
  readonly unended?: boolean;
  readonly orderBy?: RunOrder;
}

const statuses = Object.keys(runStatuses) as readonly RunStatus[];

function listCommand(): Command {
  const command = createCommand({
    name: 'list',
    summary: 'List runs, newest first',
    examples: [
      'runfold runs list',
      'runfold runs list --session s-1 --json',
      'runfold runs list --status error --since 7d',
      'runfold runs list --unended',
      'runfold runs list --from 2026-01-31T00:00:00Z --limit 1000 --csv',
      'runfold runs list --order-by cost --agent lead --agent writer',
    ],
  })
    .addOption(repeatable('--session <id>', 'only runs of this session'))
    .addOption(
      repeatable('--status <status>', `only runs with this status: ${statuses.join(', ')}`),
    )
    .addOption(
      new Option(
        '--unended',
        'only runs without a run event: still running, or stopped without sending one',
      ).conflicts('status'),
    );
  return addTotalsOptions(command, runOrders).action(async (flags: Filters, self: Command) => {
    const unknown = flags.status?.find((status) => !statuses.includes(status));
    if (unknown !== undefined) {
      throw new UsageError(`--status: expected one of ${statuses.join(', ')}, got ${unknown}.`);
    }
    const context = openContext(self, 'once');
    const query = totalsQuery(flags);
    const page = await withStore(context, 'runfold runs list', async (tier) => {
      await noteWaiting(context, tier.database);
      return await listRuns(tier.database, {
        ...query,
        project: context.settings.project,
        session_id: flags.session,
        status: flags.status,
        ended: flags.unended === true ? false : undefined,
        order_by: flags.orderBy,
      });
    });
    const { terminal } = context;
    const columns = Object.keys(runSchema.shape);
    const table = (rows: readonly RunTotals[]) => runTable(terminal, rows);
    writePage(terminal, flags, page, { noun: 'runs', columns, table });
  });
}

interface ShowFlags {
  readonly session?: string;
  readonly shape: 'runfold' | 'agno';
  readonly agno: '1' | '2';
  readonly json?: boolean;
}

function showCommand(): Command {
  return createCommand({
    name: 'show',
    summary: 'Show one run in full',
    details:
      'Shows its totals, its messages and tool calls in order, and the runs that it delegated to.',
    examples: [
      'runfold runs show run-1',
      'runfold runs show run-1 --json',
      'runfold runs show run-1 --shape agno --json',
      'runfold runs show run-1 --shape agno --agno 2',
    ],
  })
    .argument('<id>', 'the run')
    .option('--session <id>', 'its session, if several sessions have a run with this id')
    .addOption(
      new Option('--shape <shape>', "agno prints the run's metrics in Agno's shape, as JSON")
        .choices(['runfold', 'agno'])
        .default('runfold'),
    )
    .addOption(agnoOption())
    .option('--json', 'print { run, messages, tool_calls, tree } as JSON')
    .action(async (run_id: string, flags: ShowFlags, self: Command) => {
      const context = openContext(self, 'once');
      const { terminal, settings } = context;
      await withStore(context, 'runfold runs show', async ({ database }) => {
        const options = { run_id, session_id: flags.session, project: settings.project };
        if (flags.shape === 'agno') {
          const read = flags.agno === '2' ? getAgno2RunMetrics : getRunMetrics;
          return terminal.json(found(await read(database, options), run_id));
        }
        const tree = found(await getRunTree(database, options), run_id);
        const steps = await readRunSteps(database, tree.run);
        const { waiting_spans: waiting = 0 } = tree;
        if (waiting > 0)
          terminal.note(
            `${plural(waiting, 'span')} of this trace ${waiting === 1 ? 'waits' : 'wait'}: see "runfold runs waiting".`,
          );
        if (!flags.json) return showRun(terminal, tree, steps.steps);
        const { messages, tool_calls } = steps;
        terminal.json({ run: tree.run, messages, tool_calls, tree });
      });
    });
}

function waitingCommand(): Command {
  return createCommand({
    name: 'waiting',
    summary: 'List OpenTelemetry spans that are in no total yet',
    details:
      'A span waits for the spans above it, which say to which run and session it belongs. It waits ' +
      'no longer than RUNFOLD_OTLP_WAIT_SECONDS.',
    examples: ['runfold runs waiting', 'runfold runs waiting --json'],
  })
    .option('--limit <number>', 'the maximum number of spans', '100')
    .option('--json', 'print { items, waiting } as JSON')
    .action(async (flags: { limit: string; json?: boolean }, self: Command) => {
      const context = openContext(self, 'once');
      const { terminal, settings } = context;
      const limit = readLimit(flags);
      const found = await withStore(context, 'runfold runs waiting', ({ database }) =>
        listWaitingSpans(database, { project: settings.project, limit }),
      );
      if (flags.json) return terminal.json(found);
      if (found.waiting === 0) return terminal.line('No spans are waiting.');
      terminal.line(waitingTable(terminal, found.items));
      terminal.line(`${found.items.length} of ${found.waiting} waiting spans`);
    });
}

/** Says how many spans of the project are in no total yet. */
async function noteWaiting({ terminal, settings }: CommandContext, database: Database) {
  const waiting = await countWaitingSpans(database, { project: settings.project });
  if (waiting === 0) return;
  const many =
    waiting === mostCounted ? `${count(waiting)} spans or more` : plural(waiting, 'span');
  terminal.note(
    `${many} of OpenTelemetry ${waiting === 1 ? 'is' : 'are'} in no total yet: see "runfold runs waiting".`,
  );
}

function found<T>(value: T | undefined, id: string): T {
  if (value !== undefined) return value;
  throw new CommandFailedError(
    `There is no run ${JSON.stringify(id)} in this project. See "runfold runs list".`,
  );
}
