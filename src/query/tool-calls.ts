import type { Database } from '../store/database.js';
import { type LoggedEvent, type LogPageOptions, listLog } from './log-page.js';
import type { Page } from './page.js';

/** One tool call: a row of the view `runfold.tool_calls`. */
export interface LoggedToolCall extends LoggedEvent {
  readonly tool_name: string;
  /** The call's id as the model gave it. */
  readonly tool_call_id: string | null;
  /** Whether it failed; null when not reported. */
  readonly error: boolean | null;
  /** How it failed. */
  readonly error_text: string | null;
}

/** Which tool calls to list, and how many. */
export interface ListToolCallsOptions extends LogPageOptions {
  readonly tool_name?: string | undefined;
  /** True lists those that failed, false all others. Defaults to both. */
  readonly failed?: boolean | undefined;
}

/**
 * Tool calls by `occurred_at`, `sequence` and `id`, oldest first; corrections are rows of their own.
 * `from` and `to` bound `occurred_at`. Cheap with `session_id` or `run_id`, which read one session;
 * without either the whole log of the project is read for every page.
 * @throws InvalidQueryError @throws InvalidCursorError
 */
export function listToolCalls(
  database: Database,
  options: ListToolCallsOptions = {},
): Promise<Page<LoggedToolCall>> {
  const { tool_name, failed } = options;
  return listLog<LoggedToolCall>(
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
