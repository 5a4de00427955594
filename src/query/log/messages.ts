import type { ReadFieldsOn } from '../../events/event-fields.js';
import { type Role, roles } from '../../events/metric-event.js';
import type { Database } from '../../postgres/database.js';
import { checkFlag, checkNames } from '../conditions.js';
import type { Page } from '../page.js';
import { type LogPageOptions, listCorrected } from './list-log.js';
import type { CorrectedEntry } from './log-entry.js';

/** One message, with its corrections added to its figures. */
export interface LoggedMessage extends CorrectedEntry, ReadFieldsOn<'message'> {}

/** Which messages to list, and how many. */
export interface ListMessagesOptions extends LogPageOptions {
  readonly role?: Role | undefined;
  /** The model that served it. */
  readonly model?: string | undefined;
  /** True lists those that failed, false all others. Defaults to both. */
  readonly failed?: boolean | undefined;
}

/**
 * Messages by `occurred_at`, `sequence` and `id`, oldest first, each including its corrections;
 * `listEvents` returns both as they were recorded.
 * `from` and `to` limit `occurred_at`.
 * A page of a run reads that run, and a page of a session reads the runs of that time. A page of the project reads all
 * of its events, because no index orders them by time. A filter with few matches reads until the page is full.
 * @throws InvalidQueryError @throws InvalidCursorError
 */
export async function listMessages(
  database: Database,
  options: ListMessagesOptions = {},
): Promise<Page<LoggedMessage>> {
  const { role, model, failed } = options;
  checkNames('role', Object.keys(roles), role);
  checkFlag('failed', failed);
  return listCorrected<LoggedMessage>(
    database,
    'messages',
    {
      values: { role, model, failed },
      counted_by: 'messages',
      addTo(where) {
        where.equal('role', 'e.role', role);
        where.equal('model', 'e.model', model);
        if (failed !== undefined) where.add(`e.error is ${failed ? '' : 'not '}true`);
      },
    },
    options,
  );
}
