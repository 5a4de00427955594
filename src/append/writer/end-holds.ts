import type { Database } from '../../postgres/database.js';
import type { RunStatement } from '../batch-statement.js';

/**
 * A statement of a shard on another server than the holds on budgets. Once its events are committed
 * it ends the holds that they name: for a moment their cost is held and used, but never neither. If
 * the process dies in that moment, such a hold ends when it expires.
 */
export function endingHolds(run: RunStatement, database: Database): RunStatement {
  return async (batch, rejects) => {
    const answer = await run(batch, rejects);
    const holds = answer.holds ?? [];
    if (holds.length > 0) {
      await database.query(
        `delete from runfold_internal.budget_hold h using json_array_elements($1::json) e
        where h.project = (e->>0)::integer and h.hold_id = e->>1`,
        [JSON.stringify(holds)],
      );
    }
    return answer;
  };
}
