import { describeValue } from '../../../events/fault.js';
import { eventTypes } from '../../../events/metric-event.js';
import type { Item } from '../format.js';
import { InvalidAgnoRunError } from './agno-record.js';
import { fromAgnoRun } from './from-agno-run.js';

/**
 * The events of Agno runs, as `fromAgnoRun` makes them. Each item has the index of its run, so
 * that a fault names the sender's element. A run that cannot be read is one item with its fault.
 */
export function agnoItems(runs: readonly unknown[]): Item[] {
  return runs.flatMap((run, index): Item[] => {
    const type = (run as { type?: unknown } | null)?.type;
    // An event also has a run id, and would be read as an empty run.
    if (typeof type === 'string' && Object.hasOwn(eventTypes, type)) {
      const got = `a Runfold event of type ${describeValue(type)}`;
      return [{ index, faults: [{ field: '', expected: 'an Agno run', got }] }];
    }
    try {
      return fromAgnoRun(run).map((event) => ({ index, event: { ...event } }));
    } catch (error) {
      if (!(error instanceof InvalidAgnoRunError)) throw error;
      const { field, expected, got } = error;
      return [{ index, faults: [{ field, expected, got }] }];
    }
  });
}
