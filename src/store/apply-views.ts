import type { ClientBase } from 'pg';
import type { ViewFile, ViewFiles } from './view-files.js';
import { restoreViewGrants, type ViewGrant } from './view-grants.js';

/** The stored state of a view. */
export interface ViewState {
  readonly name: string;
  readonly hash: string;
  readonly generated_at_ms: string;
}

export const viewStateSql = 'select name, hash, generated_at_ms from runfold_internal.view_state';

/** The age of a store's views, relative to those of this version. */
export type ViewAge = 'current' | 'older' | 'newer';

export function compareViews(states: readonly ViewState[], files: ViewFiles): ViewAge {
  const hashes = new Map(states.map(({ name, hash }) => [name, hash]));
  const isSame =
    hashes.size === files.views.length &&
    files.views.every(({ name, hash }) => hashes.get(name) === hash);
  if (isSame) return 'current';
  const generatedAtMs = Math.max(...states.map((state) => Number(state.generated_at_ms)));
  return generatedAtMs > files.generatedAtMs ? 'newer' : 'older';
}

/**
 * Creates views that are missing, recreates those that differ from their files, and drops those that no longer
 * have a file. Views of a newer version of Runfold stay. Runs in the caller's transaction.
 * @param grants the rights on the views before any change
 */
export async function applyViews(
  client: ClientBase,
  files: ViewFiles,
  grants: readonly ViewGrant[],
): Promise<void> {
  const { rows: states } = await client.query<ViewState>(viewStateSql);
  if (compareViews(states, files) === 'newer') return;
  const { rows } = await client.query<{ name: string }>(
    `select relname as name from pg_class
     where relnamespace = 'runfold'::regnamespace and relkind = 'v'`,
  );
  const present = new Set(rows.map(({ name }) => name));
  const isCurrent = ({ name, hash }: ViewFile) =>
    present.has(name) && states.some((state) => state.name === name && state.hash === hash);
  const changed = files.views.filter((file) => !isCurrent(file));
  const gone = states.filter(({ name }) => files.views.every((file) => file.name !== name));
  for (const { name } of [...gone, ...changed]) {
    await client.query(`drop view if exists runfold.${name}`);
  }
  for (const { sql } of changed) await client.query(sql);
  await restoreViewGrants(
    client,
    changed.map(({ name }) => name),
    grants,
  );
  await client.query('delete from runfold_internal.view_state');
  for (const { name, hash } of files.views) {
    await client.query(
      'insert into runfold_internal.view_state (name, hash, generated_at_ms) values ($1, $2, $3)',
      [name, hash, files.generatedAtMs],
    );
  }
}
