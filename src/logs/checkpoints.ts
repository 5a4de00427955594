import { nameBasedUuid } from '../events/event-id.js';
import type { JsonObject } from '../ingest/formats/log/log-record.js';
import type { Database } from '../postgres/database.js';

/** How far a file has been read. */
export interface Checkpoint {
  /** The file's name-based UUID. */
  readonly file: string;
  readonly size: number;
  readonly modified_us: number;
  /** Bytes that were read. The rest is new. */
  readonly position: number;
  /** Lines that were read. */
  readonly line: number;
  /** How often the row was written; 0 before the first time. */
  readonly saves: number;
  readonly is_open: boolean;
  readonly head: string;
}

/** A checkpoint to save, with the state of the file's reader. */
export interface NewCheckpoint extends Checkpoint {
  readonly state: JsonObject;
}

const columns = 'file, size, modified_us, position, line, saves, is_open, head' satisfies string;

/** The checkpoints of files, by file, without the states of their readers. */
export async function readCheckpoints(
  database: Database,
  project: number,
  format: string,
  files: readonly string[],
): Promise<ReadonlyMap<string, Checkpoint>> {
  type Row = { [N in keyof Checkpoint]: Checkpoint[N] } & Record<string, unknown>;
  const rows = await database.query<Row>(
    `select ${columns} from runfold_internal.log_file
    where project = $1 and format = $2 and file = any($3::uuid[])`,
    [project, format, files],
  );
  return new Map(
    rows.map((row) => [
      row.file,
      {
        ...row,
        size: Number(row.size),
        modified_us: Number(row.modified_us),
        position: Number(row.position),
      },
    ]),
  );
}

/** The state that was saved with a file's checkpoint; undefined if there is none. */
export async function readState(
  database: Database,
  project: number,
  format: string,
  file: string,
): Promise<JsonObject | undefined> {
  const [row] = await database.query<{ state: JsonObject }>(
    `select state from runfold_internal.log_file where project = $1 and format = $2 and file = $3`,
    [project, format, file],
  );
  return row?.state;
}

/**
 * Saves checkpoints, each only if no other process has saved one since it was read. Returns the
 * files whose checkpoints are now saved. The others are being read by another process.
 */
export async function saveCheckpoints(
  database: Database,
  project: number,
  format: string,
  checkpoints: readonly NewCheckpoint[],
): Promise<ReadonlySet<string>> {
  if (checkpoints.length === 0) return new Set();
  const of = <N extends keyof NewCheckpoint>(name: N) => checkpoints.map((one) => one[name]);
  const rows = await database.query<{ file: string }>(
    `with given as (
      select * from unnest($3::uuid[], $4::bigint[], $5::bigint[], $6::bigint[], $7::integer[],
        $8::integer[], $9::boolean[], $10::text[], $11::text[])
        as g(file, size, modified_us, position, line, saves, is_open, head, state)),
    updated as (
      update runfold_internal.log_file f set size = g.size, modified_us = g.modified_us,
        position = g.position, line = g.line, saves = g.saves + 1, is_open = g.is_open,
        head = g.head, state = g.state::json, seen_at = now()
      from given g
      where f.project = $1 and f.format = $2 and f.file = g.file and f.saves = g.saves
      returning f.file),
    inserted as (
      insert into runfold_internal.log_file
        (project, format, file, size, modified_us, position, line, saves, is_open, head, state)
      select $1, $2, file, size, modified_us, position, line, 1, is_open, head, state::json
      from given where saves = 0
      on conflict do nothing returning file)
    select file from updated union all select file from inserted`,
    [
      project,
      format,
      of('file'),
      of('size'),
      of('modified_us'),
      of('position'),
      of('line'),
      of('saves'),
      of('is_open'),
      of('head'),
      of('state').map((state) => JSON.stringify(state)),
    ],
  );
  return new Set(rows.map(({ file }) => file));
}

/** Deletes the record of how far files were read. */
export async function forgetCheckpoints(
  database: Database,
  project: number,
  format: string,
  files: readonly string[],
): Promise<void> {
  await database.query(
    `delete from runfold_internal.log_file
    where project = $1 and format = $2 and file = any($3::uuid[])`,
    [project, format, files],
  );
}

/** The key of what readers remember about a name, stored with the checkpoints of files. */
const memoryUuid = (format: string, name: string) => nameBasedUuid(`memory ${format} ${name}`);

/** Reads what was remembered about names. Names without a memory are left out. */
export async function readMemories(
  database: Database,
  project: number,
  format: string,
  names: readonly string[],
): Promise<ReadonlyMap<string, JsonObject>> {
  const rows = await Promise.all(
    names.map((name) => readState(database, project, format, memoryUuid(format, name))),
  );
  return new Map(
    names.flatMap((name, index) => {
      const state = rows[index];
      return state === undefined ? [] : [[name, state] as const];
    }),
  );
}

/** Saves what readers remember about names. */
export async function saveMemories(
  database: Database,
  project: number,
  format: string,
  memories: ReadonlyMap<string, JsonObject>,
): Promise<void> {
  if (memories.size === 0) return;
  await database.query(
    `insert into runfold_internal.log_file
      (project, format, file, size, modified_us, position, line, saves, is_open, head, state)
    select $1, $2, file, 0, 0, 0, 0, 0, false, '', state::json
    from unnest($3::uuid[], $4::text[]) as g(file, state)
    on conflict (project, format, file) do update set state = excluded.state, seen_at = now()`,
    [
      project,
      format,
      [...memories.keys()].map((name) => memoryUuid(format, name)),
      [...memories.values()].map((state) => JSON.stringify(state)),
    ],
  );
}
