import type { RunTotals, SessionTotals } from '../../query/totals/totals.js';
import { absent, costOf, count, duration, localTime } from '../output/format.js';
import { type Column, table } from '../output/table.js';
import type { Terminal } from '../output/terminal.js';

type Colors = Terminal['colors'];

/** Ids are needed to show a row: up to the length of a UUID they are not cut; other columns shrink instead. */
const wholeId = 36;

const text = (value: string | null) => value ?? absent;

/** Colours a run's status by its outcome. */
export function paintStatus({ green, red, yellow }: Colors, status: string): string {
  if (status === 'completed') return green(status);
  return status === 'error' ? red(status) : yellow(status);
}

const figures = <Row extends RunTotals | SessionTotals>(colors: Colors): Column<Row>[] => [
  { head: 'tokens', align: 'right', cell: (row) => count(row.total_tokens) },
  { head: 'cached', align: 'right', drop: 6, cell: (row) => count(row.cached_tokens) },
  { head: 'reasoning', align: 'right', drop: 8, cell: (row) => count(row.reasoning_tokens) },
  { head: 'calls', align: 'right', drop: 2, cell: (row) => count(row.tool_calls) },
  {
    head: 'failed',
    align: 'right',
    drop: 5,
    cell: (row) => count(row.tool_errors),
    paint: (failed) => (failed.trim() === '0' ? colors.dim(failed) : colors.red(failed)),
  },
  { head: 'time', align: 'right', drop: 1, cell: (row) => duration(row.time) },
  {
    head: 'cost',
    align: 'right',
    cell: costOf,
    paint: (cost) => colors.green(cost),
  },
];

/** Runs as a table. */
export function runTable(terminal: Terminal, runs: readonly RunTotals[]): string {
  const { colors } = terminal;
  return table(
    terminal,
    [
      { head: 'run', cell: (run) => run.run_id, least: wholeId },
      { head: 'session', cell: (run) => run.session_id, least: 12, drop: 7, paint: colors.dim },
      { head: 'agent', cell: (run) => run.agent_name ?? text(run.agent_id), least: 13, drop: 3 },
      { head: 'model', cell: (run) => text(run.model), least: 16, drop: 4 },
      {
        head: 'status',
        cell: (run) => run.status ?? absent,
        paint: (status) => paintStatus(colors, status),
      },
      { head: 'started', cell: (run) => localTime(run.started_at), drop: 0, paint: colors.dim },
      ...figures<RunTotals>(colors),
    ],
    runs,
  );
}

/** Sessions as a table. */
export function sessionTable(terminal: Terminal, sessions: readonly SessionTotals[]): string {
  const { colors } = terminal;
  return table(
    terminal,
    [
      { head: 'session', cell: (session) => session.session_id, least: wholeId },
      { head: 'user', cell: (session) => text(session.user_id), least: 8, drop: 4 },
      { head: 'model', cell: (session) => text(session.model), least: 16, drop: 7 },
      {
        head: 'started',
        cell: (session) => localTime(session.started_at),
        drop: 0,
        paint: colors.dim,
      },
      { head: 'runs', align: 'right', cell: (session) => count(session.runs) },
      { head: 'messages', align: 'right', drop: 3, cell: (session) => count(session.messages) },
      ...figures<SessionTotals>(colors),
    ],
    sessions,
  );
}
