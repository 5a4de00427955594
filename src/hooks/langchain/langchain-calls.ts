import type { OpenRun } from '../record/open-run.js';

/** A run, and whether it waits for a person. */
export interface RunState {
  readonly run: OpenRun;
  readonly above: RunState | undefined;
  readonly began: number;
  isPaused: boolean;
  /** Ends the run if nothing follows after a call in it was aborted. */
  leaving?: NodeJS.Timeout | undefined;
}

/** A chain, model call or tool call that has begun. */
export interface OpenCall {
  readonly state: RunState;
  /** Whether its end is the end of the run. */
  readonly isRun: boolean;
  readonly began: number;
  readonly names: CallNames;
  firstAt?: number;
  /** The output tokens that each chunk of a stream reported. */
  readonly outputs: number[];
}

export interface CallNames {
  readonly model?: string | undefined;
  readonly provider?: string | undefined;
  readonly tool?: string | undefined;
  readonly call?: string | undefined;
}
