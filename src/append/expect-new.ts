import { isUniqueViolation } from '../postgres/postgres-errors.js';
import type { EventBatch } from './batch.js';
import type { RunStatement } from './write-batch.js';

/**
 * The maximum number of batches that are checked event by event before events are presumed new
 * again.
 */
const longestDoubt = 256;

/**
 * A statement that presumes that all events of a batch are new, as nearly all are. Postgres then
 * does not look for each event in the log before it appends it, and does not confirm each in its
 * journal, which saves a sixth of its work. The log's key still holds: if the presumption is wrong,
 * Postgres refuses the whole batch. `careful` then writes that batch and the next ones. Each wrong
 * presumption doubles their number, so a queue full of repeated events costs almost nothing more.
 *
 * `log` is the name of the log's table there: an error that names another table would count as
 * invalid data.
 */
export function presumeNew(
  hopeful: RunStatement,
  careful: RunStatement,
  log = 'event',
): RunStatement {
  let doubt = 0;
  let next = 1;
  return async (batch, rejects) => {
    if (doubt > 0 || repeatsItself(batch)) {
      doubt = Math.max(0, doubt - 1);
      return careful(batch, rejects);
    }
    try {
      const answer = await hopeful(batch, rejects);
      next = 1;
      return answer;
    } catch (error) {
      if (!isUniqueViolation(error, log)) throw error;
      doubt = next;
      next = Math.min(longestDoubt, next * 2);
      return careful(batch, rejects);
    }
  };
}

/** Whether a batch holds an event twice. */
function repeatsItself({ order, keys }: EventBatch): boolean {
  for (let at = 1; at < order.length; at++) {
    if (keys[order[at] ?? 0] === keys[order[at - 1] ?? 0]) return true;
  }
  return false;
}
