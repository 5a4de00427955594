import { beforeEach, expect, test } from 'vitest';
import type { EventBatch } from '#runfold/append/batch.js';
import { decodeJob } from '#runfold/append/decode-job.js';
import { type RunStatement, statementOn, writeBatch } from '#runfold/append/write-batch.js';
import type { Database } from '#runfold/postgres/database.js';
import { verify } from '#runfold/projections/audit/verify.js';
import { appendAndFoldSql } from '#runfold/projections/fold/append-and-fold.js';
import { overflowSql } from '#runfold/projections/fold/overflow-sql.js';
import { projections } from '#runfold/projections/projections.js';
import { withTestDatabase } from '../../harness/database.js';
import { describeWithPostgres } from '../../harness/suite.js';

const event = (id: string, more: object = {}) => ({
  type: 'message',
  id,
  run_id: 'r',
  role: 'assistant',
  occurred_at: '2026-01-31T12:00:00Z',
  ...more,
});
const many = (count: number, tag: string, more: object = {}) =>
  Array.from({ length: count }, (_, at) => event(`${tag}${at}`, more));

describeWithPostgres('a batch that Postgres does not take', () => {
  let database: Database;
  withTestDatabase((opened) => {
    database = opened;
  });
  let statements = 0;
  /** How many events each statement was given. */
  let written: number[] = [];
  let project = 0;
  beforeEach(async () => {
    statements = 0;
    written = [];
    project += 10;
    await database.query('drop trigger if exists odd on runfold_internal.event');
  });

  const job = (of: number, events: unknown[], id = `job-${of}`) =>
    decodeJob(id, { v: 1, project: of, events });
  const write = async (jobs: ReturnType<typeof job>[], is_repeated = false) => {
    const append = statementOn(database.pool, appendAndFoldSql(projections), false);
    const overflows = statementOn<{ places: number[] }>(
      database.pool,
      overflowSql(projections),
      false,
    );
    const run: RunStatement = (...given) => {
      statements += 1;
      written.push(given[0].order.length);
      return append(...given);
    };
    const findOverflows = async (batch: EventBatch) => {
      statements += 1;
      return (await overflows(batch, [])).places;
    };
    return writeBatch(run, jobs, { findOverflows, is_repeated });
  };
  /** Runs SQL for each event with the id `odd` before it is appended. */
  const atOdd = (sql: string) =>
    database.query(`create or replace function runfold_internal.odd() returns trigger language plpgsql
      as $$ begin if new.original_id like 'odd%' then ${sql}; end if; return new; end $$;
      create trigger odd before insert on runfold_internal.event
      for each row execute function runfold_internal.odd()`);
  const rejects = (of: number) =>
    database.query<{ position: number; code: string; message: string; payload: string }>(
      'select position, code, message, payload from runfold_internal.rejected_event where project = $1 order by position',
      [of],
    );

  test('rejects what has no room in the totals in bulk, and lets other projects pass', async () => {
    const dear = { metrics: { cost: 1_000_000 } };
    expect(await write([job(project, many(9_000, 'a', dear))])).toMatchObject({ applied: 9_000 });
    statements = 0;
    const outcome = await write([
      job(project, [...many(1_000, 'b', dear), ...many(50, 'c')], 'full'),
      job(project + 1, many(20, 'd', dear), 'other'),
    ]);
    expect(outcome).toEqual({ applied: 223 + 50 + 20, duplicate: 0, rejected: 777 });
    expect(statements).toBeLessThan(10);
    const found = await rejects(project);
    expect(found).toHaveLength(777);
    // No two rejects share a position.
    expect(new Set(found.map(({ position }) => position)).size).toBe(777);
    expect(found[0]).toMatchObject({ code: '22003' });
    expect(found[0]?.message).toMatch(/that the totals have room for/);
    expect(JSON.parse(found[0]?.payload ?? '')).toMatchObject(dear);
    expect(await verify(database)).toMatchObject({ equal: true });
  });

  test.each([
    ['run', {}, 'run', 'run_time_us'],
    ['run', {}, 'session', 'run_time_us'],
    ['tool_call', { tool_name: 't' }, 'session', 'tool_time_us'],
    ['tool_call', { tool_name: 't' }, 'tool_usage', 'tool_time_us'],
    ['message', { role: 'assistant' }, 'model_usage', 'time_us'],
    ['message', { role: 'assistant' }, 'model_usage_hour', 'time_us'],
  ])(
    'finds the times of a %s %j that %s has no room for in %s',
    async (type, more, table, column) => {
      const long = (id: string) =>
        event(id, { type, role: undefined, ...more, metrics: { time: 100_000_000 } });
      await write([job(project, [long('first')])]);
      await database.query(
        `update runfold_internal.${table} set ${column} = 9223372036854775807 - 3 * 100000000000000 where project = $1`,
        [project],
      );
      const jobs = [
        job(
          project,
          Array.from({ length: 40 }, (_, at) => long(`next${at}`)),
          `more-${project}`,
        ),
      ];
      statements = 0;
      expect(await write(jobs)).toEqual({ applied: 3, duplicate: 0, rejected: 37 });
      expect(statements).toBe(3);
    },
  );

  test('writes the events of other projects before it looks for the one at fault', async () => {
    await atOdd("raise exception using errcode = '22000'");
    const jobs = [
      job(project, [event('odd'), ...many(7, 'a')]),
      job(project + 1, many(3, 'b')),
      job(project + 2, many(3, 'c')),
    ];
    expect(await write(jobs)).toEqual({ applied: 13, duplicate: 0, rejected: 1 });
    // All at once, then the rejects, then each project, and then the halves of the faulty one.
    expect(written.slice(0, 5)).toEqual([14, 0, 8, 3, 3]);
    expect(Math.max(...written.slice(5))).toBeLessThan(8);
  });

  test('isolates a fault of any wording once it repeats, and only then', async () => {
    await atOdd("raise exception 'not today'");
    const jobs = [job(project, [event('a'), event('odd'), event('b')])];
    await expect(write(jobs)).rejects.toThrow('not today');
    expect(await write(jobs, true)).toEqual({ applied: 2, duplicate: 0, rejected: 1 });
    expect(await rejects(project)).toMatchObject([{ position: 1, code: 'P0001' }]);
  });

  test.each([
    ['Postgres shutting down', "raise exception 'down' using errcode = '57P01'"],
    ['Postgres starting', "raise exception 'up' using errcode = '57P03'"],
    ['a full disk', "raise exception 'full' using errcode = '53100'"],
    ['too little memory', "raise exception 'memory' using errcode = '53200'"],
    ['a disk that fails', "raise exception 'disk' using errcode = '58030'"],
    ['a read-only server', "raise exception 'standby' using errcode = '25006'"],
    ['missing rights', "raise exception 'rights' using errcode = '42501'"],
    ['a missing table', 'perform 1 from runfold_internal.nothing'],
    ['a lock not had in time', "raise exception 'lock' using errcode = '55P03'"],
    ['a statement that was cancelled', "raise exception 'cancel' using errcode = '57014'"],
    ['a connection that ends', 'perform pg_terminate_backend(pg_backend_pid())'],
  ])('takes %s for no fault of the events, however often it comes', async (_, sql) => {
    await atOdd(sql);
    const jobs = [job(project, [event('odd')])];
    await expect(write(jobs, true)).rejects.toThrow();
    expect(await rejects(project)).toEqual([]);
    await database.query('drop trigger odd on runfold_internal.event');
    expect(await write(jobs)).toEqual({ applied: 1, duplicate: 0, rejected: 0 });
  });

  test('makes smaller what takes too long', async () => {
    await atOdd(
      "if (select count(*) from runfold_internal.event e where false) = 0 and pg_trigger_depth() > 0 then perform set_config('runfold.n', (coalesce(nullif(current_setting('runfold.n', true), ''), '0')::int + 1)::text, true); if current_setting('runfold.n')::int > 10 then raise exception 'too long' using errcode = '57014'; end if; end if",
    );
    expect(await write([job(project, many(64, 'odd'))])).toEqual({
      applied: 64,
      duplicate: 0,
      rejected: 0,
    });
  });

  test('stores a reject whatever the database refuses of it', async () => {
    const bad = () =>
      job(project, [event('日本', { model: 'モデル', role: 'nobody' })], `j-${project}`);
    for (const [check, expected] of [
      [`message ~ '^[ -~]*$' and payload ~ '^[ -~]*$'`, /\\u65e5/],
      [`payload = 'null'`, /^null$/],
    ] as const) {
      project += 1;
      await database.query(
        `alter table runfold_internal.rejected_event add constraint odd check (${check}) not valid`,
      );
      expect(await write([bad()])).toEqual({ applied: 0, duplicate: 0, rejected: 1 });
      await database.query('alter table runfold_internal.rejected_event drop constraint odd');
      const [found] = await rejects(project);
      expect(found?.payload).toMatch(expected);
      expect(JSON.parse(found?.payload ?? '')).toBeDefined();
    }
  });
});
