import type { ReadFields } from '../../events/event-fields.js';
import { type EventType, eventTypes } from '../../events/metric-event.js';
import type { Database } from '../../postgres/database.js';
import { checkNames } from '../conditions.js';
import type { Page } from '../page.js';
import { type LogPageOptions, listLog } from './list-log.js';
import type { LogEntry } from './log-entry.js';

/**
 * One event as it was recorded: a row of the view `runfold.events`. Fields of other types of event are
 * null.
 */
export interface LoggedEvent extends LogEntry, ReadFields {
  readonly type: EventType;
  /** The event that this one adjusts: its figures are differences. */
  readonly corrects: string | null;
}

/** Which events to list, and how many. */
export interface ListEventsOptions extends LogPageOptions {
  readonly type?: EventType | undefined;
  /** Only corrections of the event with this id. */
  readonly corrects?: string | undefined;
}

/**
 * The log as it was recorded, by `occurred_at`, `sequence` and `id`, oldest first. Corrections are
 * separate rows, at the time of the event that they correct.
 * A page of a run reads that run, and a page of a session reads the runs of that time. A page of the project reads all
 * of its events, because no index orders them by time. A filter with few matches reads until the page is full.
 * @throws InvalidQueryError @throws InvalidCursorError
 */
export async function listEvents(
  database: Database,
  options: ListEventsOptions = {},
): Promise<Page<LoggedEvent>> {
  const { type, corrects } = options;
  checkNames('type', Object.keys(eventTypes), type);
  return listLog<LoggedEvent>(
    database,
    'events',
    {
      values: { type, corrects },
      counted_by: type === 'message' ? 'messages' : type === 'tool_call' ? 'tool_calls' : undefined,
      addTo(where) {
        where.equal('type', 'e.type', type);
        where.equal('corrects', 'e.corrects', corrects);
      },
    },
    options,
  );
}
