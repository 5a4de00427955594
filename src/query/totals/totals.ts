import type { AttributeName } from '../../events/attribute-fields.js';
import type { Labels } from '../../events/labels.js';
import type { RunStatus } from '../../events/metric-event.js';
import type { Usage } from './run-usage.js';

type Names<N extends AttributeName> = { readonly [K in N]: string | null };

/** The common fields of the totals of a run and of a session. Null means not reported. */
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
  /** Seconds, the first value that is not zero; null if not reported. */
  readonly time_to_first_token: number | null;
}

/** Totals of one run: a row of the view `runfold.runs`, and its labels. */
export interface RunTotals extends Totals, Names<'parent_run_id' | 'agent_name'> {
  readonly run_id: string;
  /** Its status at the end; null while no run event has arrived. */
  readonly status: RunStatus | null;
  /** The labels of its events. If they differ, the greatest value in byte order. */
  readonly labels: Labels | null;
}

/** Additional fields of a read of one run. */
export interface WaitingIn {
  /**
   * How many spans of OpenTelemetry in its traces are waiting for others and in no total yet;
   * absent if none are.
   */
  readonly waiting_spans?: number;
}

/** Totals of one session: a row of the view `runfold.sessions`, and its first agent. */
export interface SessionTotals extends Totals {
  readonly runs: number;
  /** The agent of the first run without a parent: the lead of a team. */
  readonly root_agent_id: string | null;
}
