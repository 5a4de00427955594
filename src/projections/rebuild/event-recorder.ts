import { columnsRead, foldSteps } from '../fold/append-and-fold.js';
import type { RebuildRun } from './rebuild-run.js';

/**
 * Marks the cut. After this commits, every event added to the log is copied into one of our tables
 * by the writer's own transaction. So **an event is recorded if and only if it came after the
 * cut**, whoever wrote it and whenever its transaction began: the lock waits for every writer that
 * has touched the log, and later writers find the trigger.
 *
 * The fold of the log then leaves out the recorded events. Rejected: a snapshot exported under the
 * lock, which needs one transaction per lane for the whole rebuild (it holds back vacuum, and an
 * embedded store has one session for all), and a comparison of `xmin`, which wraps around.
 *
 * The copy is a heap without an index that only grows, so writers never wait for the rebuild that
 * drains it. Returns the number of blocks in the log at the cut.
 */
export async function startRecording(run: RebuildRun): Promise<number> {
  const { client, schema } = run;
  await client.query(
    `create unlogged table ${schema}.recorded as
    select ${recordedColumns(run)} from ${run.events} with no data`,
  );
  await client.query(
    onEvents(run, `insert into ${schema}.recorded select ${recordedColumns(run)} from added;`),
  );
  return run.underLock({}, async () => {
    await client.query(
      `create trigger ${schema} after insert on ${run.events}
      referencing new table as added for each statement execute function ${schema}.on_events()`,
    );
    const { rows } = await client.query(
      `select (pg_relation_size('${run.events}')
        / current_setting('block_size')::integer)::integer as blocks`,
    );
    return rows[0].blocks;
  });
}

/**
 * After this commits, writers fold their events into the shadows as well as into the live tables.
 */
export async function foldInStep(run: RebuildRun): Promise<void> {
  await run.client.query(
    onEvents(run, `with ${foldSteps(run.folded, run.shadows).join(',\n')} select 1 into done;`),
  );
}

/** Ends the recording. Call it under the lock. */
export async function stopRecording(run: RebuildRun): Promise<void> {
  await run.client.query(`alter table ${run.events} disable trigger ${run.schema}`);
}

/**
 * Moves the recorded events into the shadows, in one statement: at any snapshot an event is in
 * exactly one of the two. Returns how many there were.
 */
export async function drainRecorded(run: RebuildRun): Promise<number> {
  const { rows } = await run.client.query(
    `with added as (delete from ${run.schema}.recorded returning ${recordedColumns(run)}),
    ${foldSteps(run.folded, run.shadows).join(',\n')}
    select count(*)::integer as drained from added`,
  );
  return rows[0].drained;
}

function recordedColumns({ folded }: RebuildRun): string {
  return [...new Set(['project', 'session_id', 'id', ...columnsRead(folded)])].join(', ');
}

/**
 * Runs as its owner: a writer that may add to the log does not need rights on the rebuild's tables.
 */
function onEvents({ schema }: RebuildRun, body: string): string {
  return `create or replace function ${schema}.on_events() returns trigger
    language plpgsql security definer set search_path = pg_catalog, pg_temp
    as $body$ declare done integer; begin ${body} return null; end $body$`;
}
