import type { Database } from '../../postgres/database.js';

/** How a store is divided: into partitions on one server, or over the nodes of a Citus cluster. */
export type PlacementKind = 'partitions' | 'citus';

/** How a store is divided. It is set once and never changes. */
export interface Placement {
  readonly stripes: number;
  readonly kind: PlacementKind;
}

/** Runs one statement: a store, or one of its connections. */
type Runs = Pick<Database, 'query'>;

/** The tables that only a divided store has. */
export const placementStatements = [
  `create table runfold_internal.placement (stripes smallint not null, kind text not null,
    only_row boolean primary key default true check (only_row))`,
  'create table runfold_internal.stripe (number smallint primary key, value smallint not null unique)',
];

/** How a store is divided; undefined if it is not. */
export async function readPlacement(database: Runs): Promise<Placement | undefined> {
  // One lookup in the catalog: an undivided store has no such table.
  const [found] = await database.query<{ is_there: boolean }>(
    `select to_regclass('runfold_internal.placement') is not null as is_there`,
  );
  if (found?.is_there !== true) return undefined;
  const [row] = await database.query<{ stripes: number; kind: PlacementKind }>(
    'select stripes, kind from runfold_internal.placement',
  );
  return row;
}
