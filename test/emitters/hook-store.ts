import { afterAll, beforeAll, expect } from 'vitest';
import type { MetricEventInput } from '#runfold/events/metric-event.js';
import type { Emitter } from '#runfold/hooks/record/emitter.js';
import { verify } from '#runfold/projections/audit/verify.js';
import { type LoggedMessage, listMessages } from '#runfold/query/log/messages.js';
import { type LoggedToolCall, listToolCalls } from '#runfold/query/log/tool-calls.js';
import { getRunTree, type RunTree } from '#runfold/query/totals/run-tree.js';
import { listRuns } from '#runfold/query/totals/runs.js';
import type { RunTotals } from '#runfold/query/totals/totals.js';
import { waitUntilFolded } from '#runfold/query/wait-until-folded.js';
import { openRunfold, type Runfold } from '#runfold/runfold.js';
import { fastestTier, openTestTier, type TestTier } from '../../harness/tiers.js';

/** A store with a producer, and the events of hooks. */
export interface HookStore {
  readonly emitter: Emitter;
  /** The runs of a session by start, once all events so far are folded. */
  runs(session_id: string): Promise<readonly RunTotals[]>;
  /** The only run of a session. */
  run(session_id: string): Promise<RunTotals>;
  tree(run: RunTotals): Promise<RunTree>;
  messages(session_id: string): Promise<readonly LoggedMessage[]>;
  toolCalls(session_id: string): Promise<readonly LoggedToolCall[]>;
}

/**
 * Gives the tests of a file a real store: producer, queue, worker and Postgres. At the end, the
 * totals must equal the log.
 */
export function withHookStore(use: (store: HookStore) => void): void {
  let home: TestTier;
  let runfold: Runfold;
  let keys: { project: number; session_id: string; id: string }[] = [];

  const settled = async () => {
    await runfold.producer.flush();
    await waitUntilFolded(runfold.database, keys);
    keys = [];
    return runfold.database;
  };
  const runs = async (session_id: string) =>
    [...(await listRuns(await settled(), { session_id })).items].reverse();

  beforeAll(async () => {
    home = await openTestTier(fastestTier());
    runfold = await openRunfold({ ...home.options, worker: true });
    use({
      emitter: {
        emit(event: MetricEventInput) {
          const id = runfold.producer.emit(event);
          keys.push({ project: 1, session_id: event.session_id ?? event.run_id, id });
          return id;
        },
      },
      runs,
      async run(session_id) {
        const [run, ...others] = await runs(session_id);
        if (run === undefined)
          throw new Error(`Expected a run in session ${session_id}, got none.`);
        expect(others).toEqual([]);
        return run;
      },
      async tree({ run_id, session_id }) {
        const tree = await getRunTree(await settled(), { run_id, session_id });
        if (tree === undefined) throw new Error(`Expected run ${run_id}, got none.`);
        return tree;
      },
      messages: async (session_id) => (await listMessages(await settled(), { session_id })).items,
      toolCalls: async (session_id) => (await listToolCalls(await settled(), { session_id })).items,
    });
  });
  afterAll(async () => {
    const { equal, events, differences } = await verify(await settled());
    await runfold.close();
    await home.close();
    expect({ equal, differences }).toEqual({ equal: true, differences: [] });
    expect(events).toBeGreaterThan(0);
  });
}
