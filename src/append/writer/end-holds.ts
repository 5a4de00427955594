import { placeOf } from '../../events/columns/event-row.js';
import type { RunStatement } from '../batch-statement.js';

const holdPlace = placeOf('hold_id');

/**
 * A statement that ends the holds on budgets that its events name. It is another one than that of batches without
 * holds, which pay nothing for it.
 */
export function endHolds(made: (ends_holds: boolean) => RunStatement): RunStatement {
  const [plain, ending] = [made(false), made(true)];
  return (batch, rejects) =>
    batch.jobs.some(({ events }) => events.columns[holdPlace] !== undefined)
      ? ending(batch, rejects)
      : plain(batch, rejects);
}
