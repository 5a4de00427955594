import type { Database } from '../../postgres/database.js';
import type { Audit } from '../../projections/audit/verify.js';
import { getRunTree } from '../../query/totals/run-tree.js';
import { listRuns } from '../../query/totals/runs.js';
import { listSessions } from '../../query/totals/sessions.js';
import type { GroupCommitStats } from '../../worker/group-commit.js';
import type { CommandContext } from '../command/command.js';
import { count, duration } from '../output/format.js';
import { printable } from '../output/printable.js';
import type { Terminal } from '../output/terminal.js';
import { describeAudit } from '../reports/audit-report.js';
import { showRun } from '../reports/run-page.js';
import { runTable, sessionTable } from '../reports/run-table.js';
import { readRunSteps } from '../reports/step-table.js';
import type { DemoFolder } from './demo-folder.js';
import type { Workload } from './workload.js';

const tableRows = 8;

/** Prints what the demo will do. */
export function showIntroduction(terminal: Terminal, workload: Workload, folder: DemoFolder): void {
  const { bold, dim } = terminal.colors;
  const { deliveries, events, late, repeats } = workload;
  const fate = folder.isKept ? 'kept' : 'removed at the end; keep it with --dir';
  terminal.line(
    bold("Runfold demo: a day of agents' work through the real producer, queue and worker"),
  );
  terminal.line(
    `  ${dim('plays')}  ${count(deliveries.length)} deliveries of ${count(events)} events: ${count(late)} late, ${count(repeats)} repeated`,
  );
  terminal.line(`  ${dim('store')}  embedded Postgres in ${printable(folder.dir)}`);
  terminal.line(`         ${dim(`(${fate})`)}`);
}

/** Sessions, runs, and one run in full. */
export async function showTotals(
  terminal: Terminal,
  database: Database,
  { showcase }: Workload,
): Promise<void> {
  const { bold, dim } = terminal.colors;
  const sessions = await listSessions(database, { limit: tableRows });
  terminal.line(`\n${bold('Sessions')} ${dim(`the newest ${sessions.items.length}`)}`);
  terminal.line(sessionTable(terminal, sessions.items));
  const runs = await listRuns(database, { limit: tableRows });
  terminal.line(`\n${bold('Runs')} ${dim(`the newest ${runs.items.length}`)}`);
  terminal.line(runTable(terminal, runs.items));
  const tree = showcase && (await getRunTree(database, showcase));
  if (tree === undefined) return;
  const { steps } = await readRunSteps(database, tree.run);
  terminal.line();
  showRun(terminal, tree, steps);
}

/** Received = applied + duplicate + rejected. */
export function showBalance(terminal: Terminal, stats: GroupCommitStats, seconds: number): void {
  const { bold, green, red, dim } = terminal.colors;
  const { received, applied, duplicate, rejected } = stats;
  const isBalanced = received === applied + duplicate + rejected;
  terminal.line(
    `\n${isBalanced ? green('✓') : red('✗')} ${bold(`${count(received)} received`)} = ${count(applied)} applied + ${count(duplicate)} duplicate + ${count(rejected)} rejected`,
  );
  const pace = count(Math.round(received / seconds));
  terminal.line(
    `  ${dim(`through the queue and folded in ${duration(seconds)}: ${pace} events/s`)}`,
  );
}

/** The result of the check: one line, and what was compared. */
export function showAudit(terminal: Terminal, audit: Audit, seconds: number): void {
  const { dim } = terminal.colors;
  const shown = { ...audit, differences: audit.differences.slice(0, 5) };
  for (const line of describeAudit(terminal, shown, seconds)) terminal.line(line);
  const tables = audit.projections.map(({ name, rows }) => `${count(rows)} ${name}`).join(', ');
  if (audit.equal) terminal.line(`  ${dim(`rows compared: ${tables}`)}`);
}

/** Commands to try next. */
export function showNextSteps(
  { terminal, io: { program } }: CommandContext,
  folder: DemoFolder,
  { showcase }: Workload,
): void {
  const { bold, cyan, dim } = terminal.colors;
  const dir = folder.isKept ? printable(folder.dir) : 'demo-store';
  const steps: [string, string][] = [
    ...(folder.isKept
      ? []
      : [[`${program} demo --dir ${dir}`, 'keeps the store'] as [string, string]]),
    ...(showcase === undefined
      ? []
      : [
          [`${program} runs show ${showcase.run_id} --dir ${dir}`, 'that run again'] as [
            string,
            string,
          ],
        ]),
    [`${program} runs list --status error --dir ${dir}`, 'what went wrong'],
    [`${program} up --dir ${dir}`, 'see all of it in a browser'],
  ];
  const width = Math.max(...steps.map(([command]) => command.length));
  terminal.line(`\n${bold('Try next')}`);
  for (const [command, meaning] of steps) {
    terminal.line(`  ${cyan(command.padEnd(width))}  ${dim(meaning)}`);
  }
}
