import { beforeEach, describe, expect, test } from 'vitest';
import { decodeJob } from '#runfold/append/decode-job.js';
import { presumeNew } from '#runfold/append/expect-new.js';
import { tellOtherContent } from '#runfold/append/other-content.js';
import { type RunStatement, statementOn, writeBatch } from '#runfold/append/write-batch.js';
import { compareContentIn, findOtherContent } from '#runfold/append/writer/compare-content.js';
import { correctionId } from '#runfold/corrections/correction-id.js';
import type { Database } from '#runfold/postgres/database.js';
import { openPriceBook, type PriceBook } from '#runfold/pricing/price-book.js';
import { priceJobs } from '#runfold/pricing/price-events.js';
import { setPriceOverride } from '#runfold/pricing/price-overrides.js';
import { verify } from '#runfold/projections/audit/verify.js';
import { appendAndFoldSql } from '#runfold/projections/fold/append-and-fold.js';
import { projections } from '#runfold/projections/projections.js';
import { withTestDatabase } from '../../harness/database.js';
import { describeWithPostgres } from '../../harness/suite.js';

const message = {
  type: 'message',
  id: 'm',
  run_id: 'r',
  session_id: 's',
  role: 'assistant',
  occurred_at: '2026-01-31T12:00:00Z',
  model: 'a-model',
  metrics: { input_tokens: 100, output_tokens: 5, additional_metrics: { a: 1, b: [2] } },
};
const call = { ...message, type: 'tool_call', role: undefined, tool_name: 'search', metrics: {} };

/** A change in each kind of column, and the fields that are reported for it. */
const changes: readonly (readonly [string, object, object, readonly string[]])[] = [
  ['tokens', message, { metrics: { ...message.metrics, input_tokens: 5_000 } }, ['input_tokens']],
  [
    'a figure that is gone',
    message,
    { metrics: { input_tokens: 100 } },
    ['output_tokens', 'additional_metrics'],
  ],
  ['a figure that is new', message, { metrics: { ...message.metrics, time: 0.5 } }, ['time']],
  ['a reported cost', message, { metrics: { ...message.metrics, cost: 1 } }, ['cost']],
  [
    'an object',
    message,
    { metrics: { ...message.metrics, additional_metrics: { a: 2 } } },
    ['additional_metrics'],
  ],
  ['the run', message, { run_id: 'r2' }, ['run_id']],
  ['the role', message, { role: 'user' }, ['role']],
  ['the model', message, { model: 'b-model' }, ['model']],
  ['the user', message, { user_id: 'ann' }, ['user_id']],
  ['a label', { ...message, labels: { a: '1' } }, { labels: { a: '2' } }, ['labels']],
  ['a label that is gone', { ...message, labels: { a: '1' } }, { labels: {} }, ['labels']],
  ['the place', message, { sequence: 7 }, ['sequence']],
  ['what it corrects', message, { corrects: 'other' }, ['corrects']],
  [
    'the type',
    message,
    { type: 'run', role: undefined, status: 'error', metrics: {} },
    ['type', 'role', 'status'],
  ],
  ['the tool', call, { tool_name: 'fetch' }, ['tool_name']],
  ['a failure', call, { error: true }, ['error']],
  ['the text of a failure', { ...call, error: 'no answer' }, { error: 'refused' }, ['error_text']],
];

describeWithPostgres('an event that comes again', () => {
  let database: Database;
  withTestDatabase((opened) => {
    database = opened;
  });
  let project = 0;
  beforeEach(() => {
    project += 1;
  });

  let run: RunStatement;
  let book: PriceBook;
  let comparisons = 0;
  const open = () => {
    const statement = (repeats: 'skip' | 'refuse') =>
      statementOn(database.pool, appendAndFoldSql(projections, { repeats }), false);
    const compare = compareContentIn(database);
    const careful = tellOtherContent(statement('skip'), (batch) => {
      comparisons += 1;
      return compare(batch);
    });
    book = openPriceBook(database);
    run = presumeNew(statement('refuse'), careful);
  };
  const write = async (job: string, ...events: object[]) => {
    const jobs = [decodeJob(`${project} ${job}`, { v: 1, project, events })];
    await priceJobs(book, jobs);
    return writeBatch(run, jobs);
  };
  const rejects = () =>
    database.query<{ job_id: string; position: number; message: string; payload: string }>(
      `select job_id, position, message, payload from runfold_internal.rejected_event
      where project = $1 and code = 'other_content' order by job_id, position`,
      [project],
    );

  describe.each(changes)('with %s changed', (_, before, change, fields) => {
    test('is a reject that names the fields', async () => {
      open();
      expect(await write('first', before)).toEqual({ applied: 1, duplicate: 0, rejected: 0 });
      const again = { ...before, ...change };
      expect(await write('second', again)).toEqual({ applied: 0, duplicate: 0, rejected: 1 });
      const [reject] = await rejects();
      const named = /\(([^)]*)\)/.exec(reject?.message ?? '')?.[1]?.split(', ');
      expect(named).toEqual(expect.arrayContaining([...fields]));
      expect(JSON.parse(reject?.payload ?? '')).toMatchObject({ id: 'm' });
      expect(await verify(database, { project })).toMatchObject({ equal: true, events: 1 });
    });
  });

  test('as it was is a repetition, whatever its time and the order of its names', async () => {
    open();
    const { metrics, ...rest } = message;
    const turned = { ...metrics, additional_metrics: { b: [2], a: 1 } };
    await write('first', { ...message, labels: { a: '1', b: '2' } });
    const later = {
      labels: { b: '2', a: '1' },
      metrics: turned,
      ...rest,
      occurred_at: '2026-02-01T00:00:00.5Z',
    };
    expect(await write('second', later)).toMatchObject({ applied: 0, duplicate: 1 });
    const elsewhere = { ...message, session_id: 's2', metrics: { input_tokens: 1 } };
    expect(await write('third', elsewhere)).toMatchObject({ applied: 1 });
    expect(await rejects()).toEqual([]);
  });

  test('is no other event for a price that the store has learned meanwhile', async () => {
    open();
    await write('first', message);
    await setPriceOverride(database, { project, model: 'a-model', input: 1, output: 2 });
    open();
    expect(await write('second', message)).toMatchObject({ duplicate: 1, rejected: 0 });
    const other = { ...message, id: 'n' };
    await write('third', other);
    expect(await write('fourth', other)).toMatchObject({ duplicate: 1, rejected: 0 });
  });

  test('is looked at only in batches that repeat something, and told once a job', async () => {
    open();
    comparisons = 0;
    const other = { ...message, metrics: { input_tokens: 7 } };
    await write('first', message);
    expect(comparisons).toBe(0);
    const good = { ...message, id: 'good' };
    expect(await write('second', good, other, message)).toEqual({
      applied: 1,
      duplicate: 1,
      rejected: 1,
    });
    expect(await write('second', good, other, message), 'the job comes again').toEqual({
      applied: 0,
      duplicate: 3,
      rejected: 0,
    });
    expect(await write('third', { ...good, id: 'new' })).toMatchObject({ applied: 1 });
    expect(comparisons).toBe(2);
    expect(await rejects()).toMatchObject([{ job_id: `${project} second`, position: 1 }]);
    const twice = [
      { ...message, id: 'x' },
      { ...other, id: 'x' },
    ];
    expect(await write('fourth', ...twice), 'within one batch').toMatchObject({
      applied: 1,
      rejected: 1,
    });
  });

  test('is no reject where two corrected at once: whoever came second makes his again', async () => {
    open();
    await write('first', message);
    const id = correctionId({ session_id: 's', id: 'm' }, 0);
    const correction = (cost: number) => ({ ...message, id, corrects: 'm', metrics: { cost } });
    await write('second', correction(1));
    expect(await write('third', correction(2))).toMatchObject({ duplicate: 1, rejected: 0 });
    const own = { ...correction(3), id: 'own' };
    await write('fourth', own);
    const other = { ...own, metrics: { cost: 4 } };
    expect(await write('fifth', other), 'an id of the sender').toMatchObject({ rejected: 1 });
  });

  test('is found by whoever asks before', async () => {
    open();
    await write('first', message, { ...message, id: 'same' });
    const asked = [{ no: 'event' }, { ...message, id: 'same' }, { ...message, role: 'user' }];
    const found = await findOtherContent(compareContentIn(database), project, asked);
    expect([...found]).toEqual([[2, ['role']]]);
  });
});
