import type { ReadFieldsOn } from '../../events/event-fields.js';
import type { Database } from '../../postgres/database.js';
import type { Page } from '../page.js';
import { type CorrectedEntry, type LogPageOptions, listCorrected } from './list-log.js';

/**
 * One tool call, with its corrections added to its figures. `error` says whether it failed, null when not
 * reported, and `error_text` how.
 */
export interface LoggedToolCall extends CorrectedEntry, ReadFieldsOn<'tool_call'> {}

/** Which tool calls to list, and how many. */
export interface ListToolCallsOptions extends LogPageOptions {
  readonly tool_name?: string | undefined;
  /** True lists those that failed, false all others. Defaults to both. */
  readonly failed?: boolean | undefined;
}

/**
 * Tool calls by `occurred_at`, `sequence` and `id`, oldest first, each with its corrections added
 * up; `listEvents` gives both as they were recorded.
 * `from` and `to` bound `occurred_at`. A page costs its page: of a run, of a session, or of the
 * project; a filter that few match reads until the page is full.
 * @throws InvalidQueryError @throws InvalidCursorError
 */
export function listToolCalls(
  database: Database,
  options: ListToolCallsOptions = {},
): Promise<Page<LoggedToolCall>> {
  const { tool_name, failed } = options;
  return listCorrected<LoggedToolCall>(
    database,
    'tool_calls',
    {
      values: { tool_name, failed },
      addTo(where) {
        where.equal('tool_name', 'e.tool_name', tool_name);
        if (failed !== undefined) where.add(`e.error is ${failed ? '' : 'not '}true`);
      },
    },
    options,
  );
}
