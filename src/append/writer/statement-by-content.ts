import { columnIndex } from '../../events/columns/event-row.js';
import type { RunStatement } from '../batch-statement.js';

/** Content that some batches have and most do not. */
export interface BatchContent {
  /** Whether an event names a hold on budgets. */
  readonly has_holds: boolean;
  /** Whether an event has labels. */
  readonly has_labels: boolean;
}

const holdIndex = columnIndex('hold_id');
const labelIndex = columnIndex('labels');

/**
 * Sends each batch by the statement for its content, so batches without holds and labels do not pay
 * for them. A statement is made when the first batch needs it.
 */
export function statementByContent(made: (content: BatchContent) => RunStatement): RunStatement {
  const known = new Map<string, RunStatement>();
  return (batch, rejects) => {
    const has = (index: number) =>
      batch.jobs.some(({ events }) => events.columns[index] !== undefined);
    const content = { has_holds: has(holdIndex), has_labels: has(labelIndex) };
    const key = `${content.has_holds} ${content.has_labels}`;
    const run = known.get(key) ?? made(content);
    known.set(key, run);
    return run(batch, rejects);
  };
}
