import { otherContent } from '../../append/other-content.js';
import type { EventFault } from '../../events/fault.js';
import {
  dropReject,
  getReject,
  listRejects,
  type RejectedEvent,
  rejectedEventOf,
} from '../../query/rejects.js';
import { notFound, ProblemError } from '../problems/problem.js';
import type { Service } from '../service/service.js';

/** How many rejects are handled per page of the list. */
const stretch = 200;

interface Chosen {
  readonly project: number;
  readonly code: string | undefined;
  readonly to: string;
}

/** Sends the chosen rejects again, or deletes them; returns how many, and how many remain. */
export async function workOn(service: Service, chosen: Chosen, what: 'retry' | 'drop') {
  let [done, kept] = [0, 0];
  let cursor: string | undefined;
  do {
    const { items, next_cursor } = await listRejects(service.database, {
      ...chosen,
      limit: stretch,
      cursor,
    });
    for (const reject of items) {
      if (what === 'drop') {
        await dropReject(service.database, reject);
        done += 1;
      } else if ((await retry(service, reject)).length > 0) kept += 1;
      else done += 1;
    }
    cursor = next_cursor;
  } while (cursor !== undefined);
  return { done, kept };
}

/** One reject. @throws ProblemError 404 */
export async function find(service: Service, project: number, id: string): Promise<RejectedEvent> {
  const reject = await getReject(service.database, { id, project });
  if (reject === undefined) throw notFound('reject', id);
  return reject;
}

/** Sends an event again and deletes its reject. If it is still invalid, returns its faults and keeps the reject. */
export async function retry(
  service: Service,
  reject: RejectedEvent,
): Promise<readonly EventFault[]> {
  const event = rejectedEventOf(reject);
  if (event === undefined) {
    const expected = 'an event; a whole job is sent again by "runfold rejects retry"';
    return [{ field: '', expected, got: reject.code }];
  }
  if (reject.code === otherContent) {
    return [{ field: 'id', expected: 'a unique id', got: 'the id of another event in the log' }];
  }
  const { faults } = await service.producers.send(reject.project, [event]);
  const [found = []] = faults.values();
  // Deleted last: an event that is sent twice counts once, but one that is never sent would be lost.
  if (found.length === 0) await dropReject(service.database, reject);
  return found;
}

/** The problem of a reject that cannot be sent again. */
export function stillInvalid(faults: readonly EventFault[]): ProblemError {
  const [first] = faults;
  return new ProblemError(
    'invalid_event',
    `The event is still invalid: ${first?.field || 'event'}: expected ${first?.expected}, got ${first?.got}. It is kept.`,
    { fields: { faults } },
  );
}
