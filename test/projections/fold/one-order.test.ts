import { expect, test } from 'vitest';
import { fromAgnoRun } from '#runfold/ingest/formats/agno/from-agno-run.js';
import type { Database } from '#runfold/postgres/database.js';
import { verify } from '#runfold/projections/audit/verify.js';
import { listEvents } from '#runfold/query/log/events.js';
import { getRun } from '#runfold/query/totals/runs.js';
import { withTestDatabase } from '../../../harness/database.js';
import { foldEvents } from '../../../harness/fold-events.js';
import { describeWithPostgres } from '../../../harness/suite.js';

describeWithPostgres('what is first or last', () => {
  let database: Database;
  withTestDatabase((opened) => {
    database = opened;
  });

  const end = (run_id: string, id: string, status: string, sequence?: number) => ({
    type: 'run',
    id,
    run_id,
    status,
    sequence,
    occurred_at: '2026-03-01T12:00:00Z',
  });
  const statusOf = async (run_id: string) => (await getRun(database, { run_id }))?.status;

  test('is so by sequence among events of one instant, whatever the statuses are', async () => {
    await foldEvents(database, [
      end('run-a', 'a-1', 'error', 1),
      end('run-a', 'a-2', 'completed', 2),
      end('run-b', 'b-1', 'completed', 1),
      end('run-b', 'b-2', 'error', 2),
    ]);
    expect([await statusOf('run-a'), await statusOf('run-b')]).toEqual(['completed', 'error']);
  });

  // The keys of these ids, name-based UUIDs, sort differently from the ids.
  test('is so by id where the sequence is equal too, as in the lists', async () => {
    for (const number of [0, 1, 2, 3, 4, 5, 6, 7]) {
      const run_id = `tie-${number}`;
      const statuses = ['completed', 'error', 'cancelled'];
      for (const at of [0, 2, 1]) {
        await foldEvents(database, [end(run_id, `${run_id}-${at}`, statuses[at] ?? '')]);
      }
      const { items } = await listEvents(database, { run_id });
      expect(await statusOf(run_id)).toBe(items.at(-1)?.status);
      expect(await statusOf(run_id)).toBe('cancelled');
    }
  });

  // Positions are strings that end with bytes 01: an id that contains such bytes must neither end
  // its position nor move it.
  test('is so by id where ids begin with one another and hold bytes of their own', async () => {
    const ids = ['a', 'a\u0001', 'a\u0001\u0001b', 'a\u0002', 'ab', 'é'];
    const statuses = ['completed', 'error', 'cancelled'];
    for (const [at, id] of ids.entries()) {
      const run_id = `bytes-${at}`;
      const others = ids.slice(0, at).map((other) => end(run_id, `${run_id}${other}`, 'paused'));
      const last = end(run_id, `${run_id}${id}`, statuses[at % 3] ?? '');
      await foldEvents(database, at % 2 === 0 ? [last, ...others] : [...others, last]);
      expect(await statusOf(run_id)).toBe(statuses[at % 3]);
      const { items } = await listEvents(database, { run_id });
      expect(items.at(-1)?.id).toBe(last.id);
    }
    expect((await verify(database)).equal).toBe(true);
  });

  test('is so for the time to the first token: that of the first answer that has one', async () => {
    const answer = (run_id: string, sequence: number, seconds: number) => ({
      type: 'message',
      role: 'assistant',
      id: `${run_id}-${sequence}`,
      run_id,
      sequence,
      occurred_at: '2026-03-01T12:00:00Z',
      metrics: { total_tokens: 1, time_to_first_token: seconds },
    });
    const rising = [answer('rising', 1, 0), answer('rising', 2, 0.2), answer('rising', 3, 0.5)];
    const falling = [answer('falling', 1, 0.9), answer('falling', 2, 0.1)];
    // Together, one by one and backwards.
    await foldEvents(database, rising);
    for (const event of falling.toReversed()) await foldEvents(database, [event]);
    const first = async (run_id: string) =>
      (await getRun(database, { run_id }))?.time_to_first_token;
    expect([await first('rising'), await first('falling')]).toEqual([0.2, 0.9]);
  });

  test('is the last attempt of an Agno run that failed and went on', async () => {
    const attempt = (status: string) => ({
      run_id: 'agno-again',
      session_id: 'agno',
      status,
      created_at: 1_772_366_400,
      messages: [{ role: 'user', content: 'hi', created_at: 1_772_366_400 }],
    });
    for (const status of ['PAUSED', 'ERROR', 'COMPLETED']) {
      await foldEvents(database, [...fromAgnoRun(attempt(status))]);
    }
    expect(await statusOf('agno-again')).toBe('completed');
    expect((await verify(database)).equal).toBe(true);
  });
});
