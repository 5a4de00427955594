import { expect, test } from 'vitest';
import { decodeJob } from '#runfold/append/decode-job.js';
import { statementOn, writeBatch } from '#runfold/append/write-batch.js';
import { correctionFor } from '#runfold/corrections/correction.js';
import { reprice } from '#runfold/corrections/reprice.js';
import type { Database } from '#runfold/postgres/database.js';
import { openPriceBook } from '#runfold/pricing/price-book.js';
import { priceJobs } from '#runfold/pricing/price-events.js';
import { dropPriceOverrides, setPriceOverride } from '#runfold/pricing/price-overrides.js';
import { verify } from '#runfold/projections/audit/verify.js';
import { appendAndFoldSql } from '#runfold/projections/fold/append-and-fold.js';
import { projections } from '#runfold/projections/projections.js';
import { withTestDatabase } from '../../harness/database.js';
import { describeWithPostgres } from '../../harness/suite.js';
import { waitUntil } from '../../harness/wait-until.js';

describeWithPostgres('prices', () => {
  let database: Database;
  withTestDatabase((opened) => {
    database = opened;
  });

  /** Writes events as a worker does. */
  async function write(events: readonly Record<string, unknown>[]): Promise<void> {
    const run = statementOn(database.pool, appendAndFoldSql(projections), true);
    const job = decodeJob('job', { v: 1, project: 1, events });
    expect(job.rejects).toEqual([]);
    await priceJobs(openPriceBook(database), [job]);
    await writeBatch(run, [job]);
  }
  const totals = async () => {
    const rows = await database.query<{ total: string }>(
      `select sum(cost_nanos)::text as total from runfold_internal.session
      union all select (select sum(cost_nanos) from runfold_internal.model_usage)::text
      union all select (select sum(cost_nanos) from runfold_internal.model_usage_hour)::text`,
    );
    const [first, ...others] = rows.map(({ total }) => Number(total));
    for (const other of others) expect(other).toBe(first);
    return first ?? Number.NaN;
  };
  const message = (
    id: string,
    more: Record<string, unknown>,
    metrics: Record<string, unknown>,
  ) => ({
    type: 'message',
    role: 'assistant',
    id,
    run_id: `run-${id.length}`,
    occurred_at: '2026-01-10T12:00:00Z',
    metrics: { input_tokens: 1000, output_tokens: 100, ...metrics },
    ...more,
  });

  test('are computed where none was reported, and say where they came from', async () => {
    await setPriceOverride(database, { model: 'in-house', input: 2, output: 4, cached: 1 });
    await setPriceOverride(database, { model: 'gpt-5', provider: 'reseller', input: 3, output: 3 });
    const openai = { model: 'gpt-5', provider: 'openai' };
    await write([
      message('a', openai, { cost: 0.5 }),
      message('b', openai, { cached_tokens: 400, reasoning_tokens: 50 }),
      message('c', { model: 'in-house' }, { cached_tokens: 500 }),
      message('d', { model: 'gpt-5', provider: 'reseller' }, {}),
      message('e', { model: 'unheard-of' }, {}),
      message('f', openai, { cached_tokens: 2_000 }),
      message('g', { ...openai, role: 'user' }, {}),
      message('h', { corrects: 'b', ...openai }, { input_tokens: 0, output_tokens: 0 }),
    ]);
    const rows = await database.query<{ id: string; cost: string; cost_source: string }>(
      'select id, cost::text, cost_source from runfold.messages order by id',
    );
    expect(rows.map((row) => [row.id, row.cost, row.cost_source])).toEqual([
      ['a', '0.5', 'reported'],
      ['b', '0.0018', expect.stringMatching(/^genai-prices@/)],
      ['c', '0.0019', 'override'],
      ['d', '0.0033', 'override'],
      ['e', null, null],
      ['f', null, null],
      ['g', null, null],
      ['h', null, null],
    ]);
  });

  test('change by exactly what repricing says, once, while the log keeps what was billed', async () => {
    const events = Array.from({ length: 5_000 }, (_, at) =>
      message(
        `many-${at}`,
        { session_id: `s-${at % 40}`, model: 'in-house', labels: { customer: `c-${at % 3}` } },
        { input_tokens: at },
      ),
    );
    await write(events);
    const before = await totals();
    const [counted] = await database.query<{ n: number }>(
      'select count(*)::int as n from runfold_internal.event',
    );
    await setPriceOverride(database, { model: 'in-house', input: 7, output: 0.5 });
    await setPriceOverride(database, { model: 'unheard-of', input: 1, output: 1 });
    const dry = await reprice(database, { dry_run: true });
    expect(await totals()).toBe(before);
    const report = await reprice(database);
    expect(report).toEqual(dry);
    // At 70 tokens the old price and the new agree.
    expect(report.corrected).toBe(5_001);
    expect(report.reported).toBe(1);
    expect(report.unpriced).toEqual([
      {
        model: 'gpt-5',
        provider: 'openai',
        reason: 'inconsistent_tokens',
        messages: 1,
        kept_cost: null,
      },
    ]);
    expect(await totals()).toBe(before + Math.round(report.difference * 1e9));
    const [others] = await database.query<{ n: number }>(
      `select count(*)::int as n from runfold_internal.event c join runfold_internal.event o
        on o.session_id = c.session_id and o.id = c.corrects where c.labels is distinct from o.labels`,
    );
    expect(others?.n).toBe(0);
    expect(Math.round((report.cost_after - report.cost_before) * 1e9)).toBe(
      Math.round(report.difference * 1e9),
    );
    const again = await reprice(database);
    expect([again.corrected, again.difference]).toEqual([0, 0]);
    expect((await verify(database)).differences).toEqual([]);
    const [billed] = await database.query<{ cost: string }>(
      `select cost::text from runfold.messages where id = 'c'`,
    );
    expect(billed?.cost).toBe('0.0019');
    const [after] = await database.query<{ n: number }>(
      'select count(*)::int as n from runfold_internal.event',
    );
    expect((after?.n ?? 0) - (counted?.n ?? 0)).toBe(5_001);
  });

  test('go back when a price does, and reprice only the range asked for', async () => {
    const before = await totals();
    await setPriceOverride(database, { model: 'in-house', input: 8, output: 0.5 });
    const none = await reprice(database, { from: '2026-02-01T00:00:00Z' });
    expect([none.messages, none.corrected]).toEqual([0, 0]);
    await reprice(database);
    expect(await totals()).not.toBe(before);
    await setPriceOverride(database, { model: 'in-house', input: 7, output: 0.5 });
    await reprice(database);
    expect(await totals()).toBe(before);
    await dropPriceOverrides(database, { model: 'in-house' });
    const report = await reprice(database);
    expect(report.unpriced.map(({ model }) => model)).toContain('in-house');
    expect(await totals()).toBe(before);
    const [kept] = await database.query<{ cost: number }>(
      `select sum(cost)::float8 as cost from runfold.messages where model = 'in-house'`,
    );
    const own = report.unpriced.find(({ model }) => model === 'in-house');
    expect(own?.kept_cost).toBeCloseTo(kept?.cost ?? Number.NaN, 9);
    await expect(reprice(database, { from: 'yesterday' })).rejects.toMatchObject({
      code: 'invalid_range',
    });
  });

  test('change by the sum of what runs at once say, each message once', async () => {
    await setPriceOverride(database, { model: 'in-house', input: 9, output: 0.25 });
    const [before, { events: logged }] = [await totals(), await verify(database)];
    const dry = await reprice(database, { dry_run: true });
    const reports = await Promise.all(Array.from({ length: 3 }, () => reprice(database)));
    const sum = (of: 'corrected' | 'difference') =>
      reports.reduce((total, report) => total + Math.round(report[of] * 1e9), 0);
    expect(sum('corrected')).toBe(dry.corrected * 1e9);
    expect(sum('difference')).toBe(Math.round(dry.difference * 1e9));
    expect(await totals()).toBe(before + sum('difference'));
    const audit = await verify(database);
    expect(audit.differences).toEqual([]);
    expect(audit.events - logged).toBe(dry.corrected);
    expect(dry.corrected).toBeGreaterThan(4_000);
  });

  test('do not stop at a correction that somebody else makes first', async () => {
    await write([message('x', { model: 'in-house', session_id: 'one', run_id: 'one' }, {})]);
    await setPriceOverride(database, { model: 'in-house', input: 11, output: 0.25 });
    const range = { from: '2026-01-10T12:00:00Z', to: '2026-01-10T12:00:01Z' };
    // By hand, of another run: it adds to other totals, but counts as a correction of the message.
    await write([
      message('y', { corrects: 'x', session_id: 'one', run_id: 'other' }, { cost: 0.5 }),
    ]);
    const client = await database.pool.connect();
    try {
      await client.query('begin');
      const correction = await correctionFor(database, { id: 'x', session_id: 'one' }, { time: 2 });
      const job = decodeJob('job', { v: 1, project: 1, events: [correction?.event] });
      await writeBatch(statementOn(client, appendAndFoldSql(projections), false), [job]);
      const before = await totals();
      const running = reprice(database, range);
      await waitUntil(
        () => database.query('select from pg_locks where not granted'),
        (waiting) => waiting.length > 0,
        { what: 'the repricing to wait for the correction' },
      );
      await client.query('commit');
      const report = await running;
      expect(await totals()).toBe(before + Math.round(report.difference * 1e9));
    } finally {
      client.release();
    }
    // A thousand tokens in at $11 a million, and a hundred out at $0.25.
    const [run] = await database.query<{ cost: string }>(
      `select cost::text from runfold.runs where session_id = 'one' and run_id = 'one'`,
    );
    expect(run?.cost).toBe('0.011025');
    expect((await reprice(database)).corrected).toBe(0);
    expect((await verify(database)).differences).toEqual([]);
  });
});
