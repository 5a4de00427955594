import { ApiError } from '../../src/client.js';
import type { Changes } from '../address/parameters.js';
import { service } from './service.js';

/** Something that was found, and where it is. */
export interface Found {
  readonly kind: string;
  readonly name: string;
  readonly note?: string;
  readonly path: string;
  readonly changes?: Changes;
}

/** The session and the run of this very id, and names there are that begin with it. */
export async function findAll(query: string): Promise<readonly Found[]> {
  const [session, runs] = await Promise.all([
    service.getSession({ session_id: query }),
    findRuns(query),
  ]);
  return [
    ...(session === undefined
      ? []
      : [
          {
            kind: 'Session',
            name: session.session_id,
            path: `/sessions/${encodeURIComponent(query)}`,
          },
        ]),
    ...runs,
  ];
}

async function findRuns(run_id: string): Promise<readonly Found[]> {
  const path = `/runs/${encodeURIComponent(run_id)}`;
  try {
    const run = await service.getRun({ run_id });
    return run === undefined
      ? []
      : [
          {
            kind: 'Run',
            name: run_id,
            note: run.session_id,
            path,
            changes: { session: run.session_id },
          },
        ];
  } catch (error) {
    const ids =
      error instanceof ApiError && error.status === 409 ? error.problem.session_ids : undefined;
    if (!Array.isArray(ids)) throw error;
    return ids
      .map(String)
      .map((session) => ({ kind: 'Run', name: run_id, note: session, path, changes: { session } }));
  }
}
