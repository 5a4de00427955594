import { type Command, Option } from 'commander';
import { sessionSchema } from '../../http/route/response-schema.js';
import { getAgno2SessionMetrics } from '../../query/agno/agno2-run-metrics.js';
import { getSessionMetrics } from '../../query/agno/session-metrics.js';
import { listRuns } from '../../query/totals/runs.js';
import {
  getSession,
  listSessions,
  type SessionOrder,
  sessionOrders,
} from '../../query/totals/sessions.js';
import type { SessionTotals } from '../../query/totals/totals.js';
import { createCommand, createCommandGroup, openContext } from '../command/command.js';
import { CommandFailedError } from '../command/command-error.js';
import { withStore } from '../command/with-tier.js';
import { agnoOption } from '../options/agno-option.js';
import {
  addTotalsOptions,
  type TotalsFlags,
  totalsQuery,
  writePage,
} from '../options/list-options.js';
import { count } from '../output/format.js';
import { printable } from '../output/printable.js';
import { totalsLines } from '../reports/run-report.js';
import { runTable, sessionTable } from '../reports/run-table.js';

/** `runfold sessions` */
export function sessionsCommand(): Command {
  return createCommandGroup('sessions', [listCommand(), showCommand()]);
}

interface Filters extends TotalsFlags {
  readonly orderBy?: SessionOrder;
}

function listCommand(): Command {
  const command = createCommand({
    name: 'list',
    summary: 'List sessions, newest first',
    examples: [
      'runfold sessions list',
      'runfold sessions list --user user-1 --json',
      'runfold sessions list --failed --order-by cost',
    ],
  });
  return addTotalsOptions(command, sessionOrders).action(async (flags: Filters, self: Command) => {
    const context = openContext(self, 'once');
    const { terminal, settings } = context;
    const query = totalsQuery(flags);
    const page = await withStore(context, 'runfold sessions list', (tier) =>
      listSessions(tier.database, {
        ...query,
        project: settings.project,
        order_by: flags.orderBy,
      }),
    );
    const columns = Object.keys(sessionSchema.shape);
    const table = (rows: readonly SessionTotals[]) => sessionTable(terminal, rows);
    writePage(terminal, flags, page, { noun: 'sessions', columns, table });
  });
}

/** The maximum number of runs shown below a session. */
const mostRuns = 50;

interface ShowFlags {
  readonly shape: 'runfold' | 'agno';
  readonly agno: '1' | '2';
  readonly json?: boolean;
}

function showCommand(): Command {
  return createCommand({
    name: 'show',
    summary: 'Show one session: its totals and its runs',
    examples: ['runfold sessions show s-1', 'runfold sessions show s-1 --shape agno --json'],
  })
    .argument('<id>', 'the session')
    .addOption(
      new Option('--shape <shape>', "agno prints the session's metrics in Agno's shape, as JSON")
        .choices(['runfold', 'agno'])
        .default('runfold'),
    )
    .addOption(agnoOption())
    .option('--json', `print { session, runs } as JSON, with at most ${mostRuns} runs`)
    .action(async (session_id: string, flags: ShowFlags, self: Command) => {
      const context = openContext(self, 'once');
      const { terminal, settings } = context;
      await withStore(context, 'runfold sessions show', async ({ database }) => {
        const options = { session_id, project: settings.project };
        if (flags.shape === 'agno') {
          const read = flags.agno === '2' ? getAgno2SessionMetrics : getSessionMetrics;
          return terminal.json(found(await read(database, options), session_id));
        }
        const session = found(await getSession(database, options), session_id);
        const runs = await listRuns(database, { ...options, limit: mostRuns });
        if (flags.json) return terminal.json({ session, runs: runs.items });
        terminal.line(terminal.colors.bold(`Session ${printable(session.session_id)}`));
        for (const line of totalsLines(terminal, session)) terminal.line(line);
        terminal.line(`\n${runTable(terminal, runs.items)}`);
        if (runs.next_cursor === undefined) return;
        terminal.line(
          terminal.colors.dim(`The newest ${mostRuns} of ${count(session.runs)} runs.`),
        );
      });
    });
}

function found<T>(value: T | undefined, id: string): T {
  if (value !== undefined) return value;
  throw new CommandFailedError(
    `There is no session ${JSON.stringify(id)} in this project. See "runfold sessions list".`,
  );
}
