import type { RunStatus } from '../../events/codes.js';
import type { Metrics } from '../../events/metric-fields.js';
import type { ModelCall, OpenRun } from '../record/open-run.js';
import type { CallNotes } from './first-tokens.js';

/** A run of the tree: the trace, or an agent in it. */
export interface RunState {
  readonly run: OpenRun;
  /** Its status at the end, if that is not `completed`. */
  status?: RunStatus;
  /** Whether the SDK reports the end of the trace; it does not for a run that continues after a pause. */
  readonly endsWithTrace: boolean;
  readonly name: string | undefined;
}

/** A span that has begun. */
export interface OpenSpan {
  readonly above: OpenSpan | undefined;
  readonly state: RunState;
  readonly isTurn: boolean;
  readonly began: number;
  readonly notes: CallNotes | undefined;
  /** For a turn: the call whose tokens only the turn has. */
  held?: ModelCall;
  /** For a turn: the number of requested function calls minus those that were made. */
  owed: number;
  hasHandedOver: boolean;
  /** The tokens that are recorded below it. */
  readonly counted: Record<string, number>;
}

/** Counts the tokens of a call on every span above it. */
export function countCall(open: OpenSpan, { metrics = {} }: ModelCall): void {
  for (let at = open.above; at !== undefined; at = at.above) {
    for (const [name, value] of Object.entries(metrics)) {
      if (typeof value === 'number') at.counted[name] = (at.counted[name] ?? 0) + value;
    }
  }
}

/** The tokens of a turn that no call below it has. */
export function remainder({ counted }: OpenSpan, usage: Metrics): Metrics {
  return Object.fromEntries(
    Object.entries(usage).map(([name, value]) => [
      name,
      Math.max(0, Number(value) - (counted[name] ?? 0)),
    ]),
  );
}
