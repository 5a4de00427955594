import type { Database } from '../../postgres/database.js';
import { tableOf } from '../../projections/fold/fold-sql.js';
import { runProjection } from '../../projections/run.js';
import { sessionProjection } from '../../projections/session.js';
import { conditionsOn, type ProjectOptions, textOf } from '../conditions.js';
import { readRows } from '../json-rows.js';
import type { Page } from '../page.js';
import { byUser } from './by-user.js';
import { listTotals, type TotalsPageOptions } from './list-totals.js';
import type { SessionTotals } from './totals.js';

/** Names one session. */
export interface SessionOptions extends ProjectOptions {
  readonly session_id: string;
}

/** Which sessions to list, and how many. */
export interface ListSessionsOptions extends TotalsPageOptions {
  /** Only where an event names this user. */
  readonly user_id?: string | undefined;
  /** Only with a run of this agent; the same applies to teams and workflows. */
  readonly agent_id?: string | undefined;
  readonly team_id?: string | undefined;
  readonly workflow_id?: string | undefined;
  /** The model that answered last. */
  readonly model?: string | undefined;
}

/** The totals of one session; undefined when there is none. */
export async function getSession(
  database: Database,
  options: SessionOptions,
): Promise<SessionTotals | undefined> {
  const where = conditionsOn('r', options);
  where.equal('session_id', 'r.session_id', options.session_id);
  const [row] = await readRows<SessionTotals>(
    database,
    `select row_to_json(r) as row from runfold.sessions r where ${where.sql()}`,
    where.values,
  );
  return row;
}

/**
 * Totals of sessions, newest start first. `from` and `to` bound the start. A session is found by each
 * of its users, agents, teams and workflows. Cheap: a page without filters, by time, or by `user_id`.
 * The other filters read sessions from the newest until the page is full: bound them by time where
 * matches are rare.
 * @throws InvalidQueryError @throws InvalidCursorError
 */
export function listSessions(
  database: Database,
  options: ListSessionsOptions = {},
): Promise<Page<SessionTotals>> {
  const { user_id, agent_id, team_id, workflow_id, model } = options;
  const byRuns = { agent_id, team_id, workflow_id };
  return listTotals<SessionTotals>(database, sessionProjection, { model }, options, {
    filters: { user_id, ...byRuns },
    where: byUser(user_id, 'true').map((addUser) => (where) => {
      addUser(where);
      for (const [name, value] of Object.entries(byRuns)) {
        if (value === undefined) continue;
        const placeholder = where.parameter(textOf(name, value));
        where.add(`(r.${name} = ${placeholder} or exists (
          select from ${tableOf(runProjection)} x where x.project = $1
            and x.session_id = r.session_id and x.${name} = ${placeholder}))`);
      }
    }),
  });
}
