import { type RunStatus, runStatuses } from '../../events/metric-event.js';
import type { Database } from '../../postgres/database.js';
import { runProjection } from '../../projections/run.js';
import {
  type AnyOf,
  checkFlag,
  checkNames,
  conditionsOn,
  type ProjectOptions,
} from '../conditions.js';
import { type JsonRow, withUtcTimes } from '../json-rows.js';
import type { Page } from '../page.js';
import { AmbiguousRunError } from '../query-errors.js';
import { byBytes, on } from '../readers/orders.js';
import { gatherSorted } from '../readers/readers.js';
import { waitingWith } from '../waiting/waiting-spans.js';
import { runLabelsSql } from './by-labels.js';
import { byUser } from './by-user.js';
import type { TotalsPageOptions } from './list-choice.js';
import { listTotals } from './list-totals.js';
import type { RunTotals, WaitingIn } from './totals.js';

/** Identifies one run. */
export interface RunOptions extends ProjectOptions {
  readonly run_id: string;
  /** The session. Defaults to the only one that has a run with this id. */
  readonly session_id?: string | undefined;
}

/** Figures by which runs are listed. */
export const runOrders = ['cost', 'total_tokens', 'tool_errors', 'tool_calls', 'run_time'] as const;
/** A figure by which runs are listed. */
export type RunOrder = (typeof runOrders)[number];

/** Which runs to list, and how many. Several values of a filter mean any of them. */
export interface ListRunsOptions extends TotalsPageOptions {
  readonly session_id?: AnyOf;
  /** Only runs with an event that names this user. */
  readonly user_id?: AnyOf;
  readonly agent_id?: AnyOf;
  readonly team_id?: AnyOf;
  readonly workflow_id?: AnyOf;
  readonly parent_run_id?: AnyOf;
  /** The model of the last message. */
  readonly model?: AnyOf;
  /** The provider of the last message. */
  readonly provider?: AnyOf;
  readonly status?: RunStatus | readonly RunStatus[] | undefined;
  /** True lists runs with a run event, false those without one: still running, or stopped without sending one. */
  readonly ended?: boolean | undefined;
  /** The figure to sort by, greatest first. Defaults to newest start first. */
  readonly order_by?: RunOrder | undefined;
}

/**
 * The totals of one run; undefined if there is none.
 * @throws AmbiguousRunError if several sessions have a run with this id and none is named
 */
export async function getRun(
  database: Database,
  options: RunOptions,
): Promise<(RunTotals & WaitingIn) | undefined> {
  const where = conditionsOn('r', options);
  where.is('run_id', 'r.run_id', options.run_id);
  where.equal('session_id', 'r.session_id', options.session_id);
  // One statement, so that a span that settles meanwhile is either in the totals or counted as waiting.
  const waiting = await waitingWith(database, options);
  const order = on(({ row }: { row: JsonRow }) => String(row.session_id), byBytes);
  const rows = await gatherSorted(database, options, { compare: order }, (reader) =>
    reader.query<{ row: JsonRow; waiting: number }>(
      `select row_to_json(x) as row, ${waiting} as waiting
      from (select r.*, ${runLabelsSql('r')} as labels from runfold.runs r where ${where.sql()}
        order by r.session_id limit 11) x
      order by x.session_id`,
      where.values,
    ),
  );
  if (rows.length > 1) {
    throw new AmbiguousRunError(
      options.run_id,
      rows.map(({ row }) => String(row.session_id)),
    );
  }
  const [found] = rows;
  if (found === undefined) return undefined;
  const run = withUtcTimes(found.row) as unknown as RunTotals;
  return found.waiting === 0 ? run : { ...run, waiting_spans: found.waiting };
}

/**
 * Totals of runs, newest start first. `from` and `to` limit the start. A run is found by each user that
 * its events name. A page is fast without filters, by time, by `user_id`, `session_id` or
 * `parent_run_id`. The other filters read runs from the newest until the page is
 * full: limit the time if matches are rare. `order_by` reads all runs of the range.
 * @throws InvalidQueryError @throws InvalidCursorError
 */
export async function listRuns(
  database: Database,
  options: ListRunsOptions = {},
): Promise<Page<RunTotals>> {
  const { session_id, user_id, agent_id, team_id, workflow_id, parent_run_id } = options;
  const { model, provider, status, ended, order_by } = options;
  checkNames('status', Object.keys(runStatuses), status);
  checkFlag('ended', ended);
  const ofUser = byUser(
    user_id,
    (isUser) => `exists (select from runfold_internal.event e where e.project = $1
        and e.session_id = r.session_id and e.run_id = r.run_id and e.user_id ${isUser})`,
  );
  return listTotals<RunTotals>(database, runProjection, options, {
    filters: {
      session_id,
      agent_id,
      team_id,
      workflow_id,
      parent_run_id,
      model,
      provider,
      status,
    },
    others: { user_id, ended: ended === undefined ? undefined : String(ended) },
    where: ofUser.map((add) => (where) => {
      add(where);
      if (ended !== undefined) where.add(`r.status is ${ended ? 'not ' : ''}null`);
    }),
    // A run without an end has no status.
    isFailed: `(coalesce(r.status = 'error', false) or r.tool_errors > 0 or r.message_errors > 0)`,
    order_by,
    figures: runOrders,
    more: { labels: runLabelsSql('y') },
  });
}
