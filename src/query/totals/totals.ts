import type { AttributeName } from '../../events/attribute-fields.js';
import type { RunStatus } from '../../events/metric-event.js';
import type { Usage } from './run-usage.js';

type Names<N extends AttributeName> = { readonly [K in N]: string | null };

/** What the totals of a run and of a session share. Null means not reported. */
export interface Totals
  extends Usage,
    Names<'agent_id' | 'team_id' | 'workflow_id' | 'user_id' | 'model' | 'provider'> {
  readonly project: number;
  readonly session_id: string;
  /**
   * When the first event began, RFC 3339 in UTC to the microsecond; null while only corrections
   * have arrived.
   */
  readonly started_at: string | null;
  /** When the last event ended, in the same form. */
  readonly ended_at: string | null;
  /** Seconds, the first non-zero one; null when not reported. */
  readonly time_to_first_token: number | null;
}

/** Totals of one run: a row of the view `runfold.runs`. */
export interface RunTotals extends Totals, Names<'parent_run_id' | 'agent_name'> {
  readonly run_id: string;
  /** How it ended; null while no run event has arrived. */
  readonly status: RunStatus | null;
}

/** What a read of one run says besides its totals. */
export interface WaitingIn {
  /**
   * How many spans of OpenTelemetry in its traces wait for others, so that they are in no total yet;
   * absent when none do.
   */
  readonly waiting_spans?: number;
}

/** Totals of one session: a row of the view `runfold.sessions`, and the agent it began with. */
export interface SessionTotals extends Totals {
  readonly runs: number;
  /** The agent of the first run without a parent: the lead of a team. */
  readonly root_agent_id: string | null;
}
