import type { RunStatus } from '../../events/codes.js';
import type { OpenRun } from '../record/open-run.js';
import type { Recorder } from '../record/recorder.js';

/** The maximum number of open runs. Runs that never end, such as an unread stream, must not fill the memory. */
const mostRuns = 10_000;

/** Runs by the SDK's id of an operation. */
export interface OpenRuns {
  add(id: string, run: OpenRun): void;
  get(id: string): OpenRun | undefined;
  end(id: string, status: RunStatus): void;
}

export function createOpenRuns(recorder: Recorder): OpenRuns {
  const runs = new Map<string, OpenRun>();
  return {
    add(id, run) {
      runs.set(id, run);
      const [oldest] = runs.keys();
      if (runs.size <= mostRuns || oldest === undefined) return;
      runs.delete(oldest);
      recorder.report(new RangeError(`More than ${mostRuns} runs have begun and not ended.`));
    },
    get: (id) => runs.get(id),
    end(id, status) {
      runs.get(id)?.end(status);
      runs.delete(id);
    },
  };
}
