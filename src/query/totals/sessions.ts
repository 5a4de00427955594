import type { Database } from '../../postgres/database.js';
import { tableOf } from '../../projections/fold/fold-sql.js';
import { runProjection } from '../../projections/run.js';
import { sessionProjection } from '../../projections/session.js';
import { type AnyOf, conditionsOn, isAnyOf, type ProjectOptions } from '../conditions.js';
import { readRows } from '../json-rows.js';
import type { Page } from '../page.js';
import { gatherRows } from '../readers/readers.js';
import { byUser } from './by-user.js';
import type { TotalsPageOptions } from './list-choice.js';
import { listTotals } from './list-totals.js';
import { rootAgentSql } from './root-agent.js';
import type { SessionTotals } from './totals.js';

/** Identifies one session. */
export interface SessionOptions extends ProjectOptions {
  readonly session_id: string;
}

/** Figures by which sessions are listed. */
export const sessionOrders = [
  'cost',
  'total_tokens',
  'tool_errors',
  'tool_calls',
  'runs',
  'run_time',
] as const;
/** A figure by which sessions are listed. */
export type SessionOrder = (typeof sessionOrders)[number];

/** Which sessions to list, and how many. Several values of a filter mean any of them. */
export interface ListSessionsOptions extends TotalsPageOptions {
  /** Only sessions with an event that names this user. */
  readonly user_id?: AnyOf;
  /** Only sessions with a run of this agent; the same applies to teams and workflows. */
  readonly agent_id?: AnyOf;
  readonly team_id?: AnyOf;
  readonly workflow_id?: AnyOf;
  /** The model of the last message. */
  readonly model?: AnyOf;
  /** The provider of the last message. */
  readonly provider?: AnyOf;
  /** The figure to sort by, greatest first. Defaults to newest start first. */
  readonly order_by?: SessionOrder | undefined;
}

/** The totals of one session; undefined if there is none. */
export async function getSession(
  database: Database,
  options: SessionOptions,
): Promise<SessionTotals | undefined> {
  const where = conditionsOn('r', options);
  where.is('session_id', 'r.session_id', options.session_id);
  const [row] = await gatherRows(database, options, (reader) =>
    readRows<SessionTotals>(
      reader,
      `select row_to_json(x) as row from (
      select r.*, ${rootAgentSql('r')} as root_agent_id from runfold.sessions r where ${where.sql()}) x`,
      where.values,
    ),
  );
  return row;
}

/**
 * Totals of sessions, newest start first. `from` and `to` limit the start. A session is found by each
 * of its users, agents, teams and workflows. A page is fast without filters, by time, or by `user_id`.
 * The other filters read sessions from the newest until the page is full: limit the time if
 * matches are rare. `order_by` reads all sessions of the range.
 * @throws InvalidQueryError @throws InvalidCursorError
 */
export function listSessions(
  database: Database,
  options: ListSessionsOptions = {},
): Promise<Page<SessionTotals>> {
  const { user_id, agent_id, team_id, workflow_id, model, provider, order_by } = options;
  const byRuns = { agent_id, team_id, workflow_id };
  return listTotals<SessionTotals>(database, sessionProjection, options, {
    filters: { model, provider },
    others: { user_id, ...byRuns },
    where: byUser(user_id, () => 'true').map((addUser) => (where) => {
      addUser(where);
      for (const [name, value] of Object.entries(byRuns)) {
        if (value === undefined) continue;
        const isOne = isAnyOf(name, value, where.parameter);
        where.add(`(r.${name} ${isOne} or exists (
          select from ${tableOf(runProjection)} x where x.project = $1
            and x.session_id = r.session_id and x.${name} ${isOne}))`);
      }
    }),
    isFailed: `(r.tool_errors > 0 or r.message_errors > 0 or exists (select from runfold.runs x
      where x.project = $1 and x.session_id = r.session_id and x.status = 'error'))`,
    order_by,
    figures: sessionOrders,
    more: { root_agent_id: rootAgentSql('y') },
  });
}
