import type { Role } from '../events/metric-event.js';
import type { Database } from '../store/database.js';
import { type LoggedEvent, type LogPageOptions, listLog } from './log-page.js';
import type { Page } from './page.js';

/** One message: a row of the view `runfold.messages`. */
export interface LoggedMessage extends LoggedEvent {
  readonly role: Role;
}

/** Which messages to list, and how many. */
export interface ListMessagesOptions extends LogPageOptions {
  readonly role?: Role | undefined;
  /** The model that served it. */
  readonly model?: string | undefined;
}

/**
 * Messages by `occurred_at`, `sequence` and `id`, oldest first; corrections are rows of their own.
 * `from` and `to` bound `occurred_at`. Cheap with `session_id` or `run_id`, which read one session;
 * without either the whole log of the project is read for every page.
 * @throws InvalidQueryError @throws InvalidCursorError
 */
export function listMessages(
  database: Database,
  options: ListMessagesOptions = {},
): Promise<Page<LoggedMessage>> {
  const { role, model } = options;
  return listLog<LoggedMessage>(
    database,
    'messages',
    {
      values: { role, model },
      addTo(where) {
        where.equal('role', 'e.role', role);
        where.equal('model', 'e.model', model);
      },
    },
    options,
  );
}
