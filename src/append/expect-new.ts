import { isUniqueViolation } from '../postgres/database-errors.js';
import type { EventBatch } from './batch.js';
import type { RunStatement } from './write-batch.js';

/** The most batches that are looked at event by event before newness is presumed again. */
const longestDoubt = 256;

/**
 * A statement that presumes that all events of a batch are new, as nearly all are: Postgres then
 * need not look for each in the log before it appends it, nor confirm each in its journal, and saves
 * a sixth of its work. The log's key holds all the same: where the presumption was wrong Postgres
 * refuses the whole batch, which `careful` then writes, and the next ones too. Each wrong
 * presumption doubles how many, so that a queue full of repetitions costs next to nothing more.
 *
 * `log` is what the log is called there: by another table's name Postgres would be taken to refuse the data.
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

/** Whether a batch holds an event twice: the same key in the order of the log's keys. */
function repeatsItself({ order, keys }: EventBatch): boolean {
  for (let at = 1; at < order.length; at++) {
    if (keys[order[at] ?? 0] === keys[order[at - 1] ?? 0]) return true;
  }
  return false;
}
