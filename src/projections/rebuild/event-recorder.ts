import { columnsRead, foldSteps } from '../fold/append-and-fold.js';
import type { RebuildRun } from './rebuild-run.js';

/**
 * Marks the cut. From the commit of this on, every event added to the log is copied into a table
 * of ours by the writer's own transaction, so that **an event is recorded if and only if it came
 * after the cut**, whoever wrote it and whenever its transaction began: the lock waits for every
 * writer that has touched the log, and those that come later find the trigger.
 *
 * The fold of the log then leaves out whatever is recorded. Refused: a snapshot exported under the
 * lock, which needs one transaction a lane for the whole rebuild (it holds back vacuum, and an
 * embedded store has one session for all), and a comparison of `xmin`, which wraps.
 *
 * The copy is a heap without index that is only ever added to, so writers never wait for the
 * rebuild that drains it. Answers how many blocks the log has at the cut.
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

/** From the commit of this on, writers fold their events into the shadows as well as into the live tables. */
export async function foldInStep(run: RebuildRun): Promise<void> {
  await run.client.query(
    onEvents(run, `with ${foldSteps(run.folded, run.shadows).join(',\n')} select 1 into done;`),
  );
}

/** Ends the recording; to be called under the lock. */
export async function stopRecording(run: RebuildRun): Promise<void> {
  await run.client.query(`alter table ${run.events} disable trigger ${run.schema}`);
}

/**
 * Moves what is recorded into the shadows, in one statement: an event is in one of the two at any
 * snapshot. Answers how many there were.
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

/** Runs as its owner: a writer that may add to the log need not have rights on the rebuild's tables. */
function onEvents({ schema }: RebuildRun, body: string): string {
  return `create or replace function ${schema}.on_events() returns trigger
    language plpgsql security definer set search_path = pg_catalog, pg_temp
    as $body$ declare done integer; begin ${body} return null; end $body$`;
}
