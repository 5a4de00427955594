import type { Database } from '../../postgres/database.js';
import { projectOf, textOf } from '../conditions.js';
import { AmbiguousRunError } from '../query-errors.js';
import { byBytes } from '../readers/orders.js';
import { gather, gatherRows, isSpread } from '../readers/readers.js';
import type { RunName } from './tree-keys.js';

/**
 * Runs a query about one run where the run is. On a store of several servers its session is looked up first.
 * @throws AmbiguousRunError if several sessions have a run with this id there
 */
export async function queryRun<Row extends Record<string, unknown>>(
  database: Database,
  options: RunName,
  text: string,
  values: readonly unknown[],
): Promise<Row[]> {
  const { project, run_id } = options;
  let { session_id } = options;
  if (session_id === undefined && (await isSpread(database))) {
    const sessions = await findSessions(database, options);
    if (sessions.length > 1) throw new AmbiguousRunError(run_id, sessions);
    [session_id] = sessions;
    if (session_id === undefined) return [];
  }
  const lists = await gather(database, { project, session_id }, (reader) =>
    reader.query<Row>(text, values),
  );
  return lists.flat();
}

async function findSessions(database: Database, { project, run_id }: RunName): Promise<string[]> {
  const rows = await gatherRows(database, { project }, (reader) =>
    reader.query<{ session_id: string }>(
      `select r.session_id from runfold_internal.run r where r.project = $1 and r.run_id = $2
      order by r.session_id limit 11`,
      [projectOf({ project }), textOf('run_id', run_id)],
    ),
  );
  return rows
    .map(({ session_id }) => session_id)
    .sort(byBytes)
    .slice(0, 11);
}
