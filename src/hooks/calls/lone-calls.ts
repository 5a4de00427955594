import type { RunStatus } from '../../events/codes.js';
import type { OpenRun } from '../record/open-run.js';

/** The maximum number of calls that wait for their next attempt. */
const mostWaiting = 100;

/**
 * Calls outside of a run: each is a separate run with all of its attempts. An SDK sends
 * the number of the attempt with a request, and the attempts of one call have the same body.
 */
export interface LoneCalls {
  /** The run of a call: that of the previous attempt, or a new one. */
  begin(body: string, isRetry: boolean, open: () => OpenRun): OpenRun;
  /** An attempt has ended; with `mayRetry` the run waits for the next one. */
  end(run: OpenRun, body: string, status: RunStatus, mayRetry: boolean): void;
}

export function createLoneCalls(): LoneCalls {
  const waiting = new Map<string, OpenRun>();
  return {
    begin(body, isRetry, open) {
      const run = isRetry ? waiting.get(body) : undefined;
      if (run !== undefined) waiting.delete(body);
      return run ?? open();
    },
    end(run, body, status, mayRetry) {
      if (!mayRetry) return run.end(status);
      waiting.get(body)?.end('error');
      waiting.set(body, run);
      // The oldest has waited longest; its SDK has given up.
      const [oldest] = waiting;
      if (waiting.size <= mostWaiting || oldest === undefined) return;
      waiting.delete(oldest[0]);
      oldest[1].end('error');
    },
  };
}
