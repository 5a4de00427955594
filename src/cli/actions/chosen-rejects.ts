import type { Database } from '../../postgres/database.js';
import { getReject, listRejects, type RejectedEvent } from '../../query/rejects.js';
import { CommandFailedError, UsageError } from '../command/command-error.js';

/** Which rejects a command is about. */
export interface RejectChoice {
  readonly ids: readonly string[];
  readonly all: boolean;
  readonly project: number;
}

/** Sees to it that either ids or all were asked for. @throws UsageError */
export function checkChoice({ ids, all }: Pick<RejectChoice, 'ids' | 'all'>): void {
  if (all === ids.length > 0) {
    throw new UsageError('Expected the ids of rejects, or --all; see "runfold rejects list".');
  }
}

/**
 * The chosen rejects one by one; all of them are read page by page, each page after the one before,
 * so that the reader may delete what it has been given.
 * @throws CommandFailedError for an id that is none.
 */
export async function* chosenRejects(
  database: Database,
  { ids, all, project }: RejectChoice,
): AsyncGenerator<RejectedEvent> {
  for (const id of ids) {
    const reject = await getReject(database, { id, project });
    if (reject === undefined) {
      throw new CommandFailedError(
        `Expected a reject ${JSON.stringify(id)} in this project, got none.`,
      );
    }
    yield reject;
  }
  let cursor: string | undefined;
  while (all) {
    const page = await listRejects(database, { project, limit: 500, cursor });
    yield* page.items;
    cursor = page.next_cursor;
    if (cursor === undefined) return;
  }
}
