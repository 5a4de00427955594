import type { Database } from '../../postgres/database.js';
import { getReject, listRejects, type RejectedEvent } from '../../query/rejects.js';
import { CommandFailedError, UsageError } from '../command/command-error.js';

/** The rejects that a command is about. */
export interface RejectChoice {
  readonly ids: readonly string[];
  readonly all: boolean;
  readonly project: number;
}

/** Checks that either ids or --all were given. @throws UsageError */
export function checkChoice({ ids, all }: Pick<RejectChoice, 'ids' | 'all'>): void {
  if (all === ids.length > 0) {
    throw new UsageError('Expected the ids of rejects, or --all; see "runfold rejects list".');
  }
}

/**
 * Yields the chosen rejects one by one. With --all they are read page by page, each page after the row of
 * the previous one, so the caller may delete the rejects that it received.
 * @throws CommandFailedError if there is no reject with an id
 */
export async function* chosenRejects(
  database: Database,
  { ids, all, project }: RejectChoice,
): AsyncGenerator<RejectedEvent> {
  for (const id of ids) {
    const reject = await getReject(database, { id, project });
    if (reject === undefined) {
      throw new CommandFailedError(
        `There is no reject ${JSON.stringify(id)} in this project. See "runfold rejects list".`,
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
