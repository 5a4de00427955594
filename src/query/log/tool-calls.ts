import type { ReadFieldsOn } from '../../events/event-fields.js';
import type { Database } from '../../postgres/database.js';
import { checkFlag } from '../conditions.js';
import type { Page } from '../page.js';
import { type LogPageOptions, listCorrected } from './list-log.js';
import type { CorrectedEntry } from './log-entry.js';
import { listNewestToolCalls } from './newest-tool-calls.js';

/**
 * One tool call, with its corrections added to its figures. `error` says whether it failed, null if not
 * reported; `error_text` says how.
 */
export interface LoggedToolCall extends CorrectedEntry, ReadFieldsOn<'tool_call'> {}

/** Which tool calls to list, and how many. */
export interface ListToolCallsOptions extends LogPageOptions {
  readonly tool_name?: string | undefined;
  /** True lists those that failed, false all others. Defaults to both. */
  readonly failed?: boolean | undefined;
  /** The newest first, of all sessions. Needs `tool_name`, and neither session nor run. Defaults to false. */
  readonly newest?: boolean | undefined;
}

/**
 * Tool calls by `occurred_at`, `sequence` and `id`, oldest first, each including its
 * corrections; `listEvents` returns both as they were recorded.
 * `from` and `to` limit `occurred_at`.
 * A page of a run reads that run, and a page of a session reads the runs of that time. A page of the project reads all
 * of its events, because no index orders them by time. A filter with few matches reads until the page is full.
 * With `newest` a page reads what was recorded since its last call.
 * @throws InvalidQueryError @throws InvalidCursorError
 */
export async function listToolCalls(
  database: Database,
  options: ListToolCallsOptions = {},
): Promise<Page<LoggedToolCall>> {
  const { newest = false, ...others } = options;
  const { tool_name, failed } = others;
  checkFlag('newest', newest);
  checkFlag('failed', failed);
  if (newest) return listNewestToolCalls(database, others);
  return listCorrected<LoggedToolCall>(
    database,
    'tool_calls',
    {
      values: { tool_name, failed },
      counted_by: failed === true ? 'tool_errors' : 'tool_calls',
      addTo(where) {
        where.equal('tool_name', 'e.tool_name', tool_name);
        if (failed !== undefined) where.add(`e.error is ${failed ? '' : 'not '}true`);
      },
    },
    others,
  );
}
