import { expect, test } from 'vitest';
import { decodeJob } from '#runfold/append/decode-job.js';
import { statementOn, writeBatch } from '#runfold/append/write-batch.js';
import { correctionFor } from '#runfold/corrections/correction.js';
import { reprice } from '#runfold/corrections/reprice.js';
import type { MetricEventInput } from '#runfold/events/metric-event.js';
import type { Database } from '#runfold/postgres/database.js';
import { openPriceBook } from '#runfold/pricing/price-book.js';
import { priceJobs } from '#runfold/pricing/price-events.js';
import { setPriceOverride } from '#runfold/pricing/price-overrides.js';
import { appendAndFoldSql } from '#runfold/projections/fold/append-and-fold.js';
import { projections } from '#runfold/projections/projections.js';
import { listMessages } from '#runfold/query/log/messages.js';
import { getRun } from '#runfold/query/totals/runs.js';
import { withTestDatabase } from '../../harness/database.js';
import { foldEvents } from '../../harness/fold-events.js';
import { describeWithPostgres } from '../../harness/suite.js';

type Figures = Readonly<Record<string, number | Readonly<Record<string, number>>>>;

/** Per million tokens: input 10, cached 1, written to a cache 20, output 100. The cost is in millionths of a dollar. */
const cases: readonly [string, Figures, number | undefined][] = [
  ['a total of input and output', { input: 60, output: 5, total: 65 }, 1_100],
  ['a total without the cache', { input: 60, output: 5, cached: 20, total: 45 }, 920],
  ['a total with the cache beside it', { input: 60, output: 5, cached: 20, total: 85 }, undefined],
  [
    'a total with reasoning beside it',
    { input: 60, output: 5, reasoning: 3, total: 68 },
    undefined,
  ],
  ['a total that is less', { input: 60, output: 5, total: 30 }, undefined],
  ['a total that is more', { input: 60, output: 5, total: 650 }, undefined],
  ['a total of 0', { input: 60, output: 5, total: 0 }, 1_100],
  ['an input and a total', { input: 60, total: 65 }, undefined],
  ['an output and a total', { output: 5, total: 65 }, undefined],
  ['only a total', { total: 65 }, undefined],
  ['two inputs', { input: 60, prompt: 50, output: 5 }, undefined],
  ['two outputs', { input: 60, output: 5, completion: 6 }, undefined],
  ['one input by two names', { input: 60, prompt: 60, output: 5, completion: 5 }, 1_100],
  ['an input by its second name', { prompt: 60, completion: 5, total: 65 }, 1_100],
  ['a split', { prompt: 60, completion: 5, prompt_tokens_details: { cached_tokens: 20 } }, 920],
  [
    'a split of the output that is more than it',
    { input: 60, output: 5, completion_tokens_details: { reasoning_tokens: 6 } },
    undefined,
  ],
  ...['cache_write_tokens', 'cache_creation_tokens', 'cache_creation_input_tokens'].map(
    (name): (typeof cases)[number] => [
      `a split with ${name}`,
      { input: 60, output: 5, prompt_tokens_details: { cached_tokens: 20, [name]: 10 } },
      1_020,
    ],
  ),
  [
    'a split with more written than the input',
    { input: 60, output: 5, prompt_tokens_details: { cached_tokens: 20, cache_write_tokens: 41 } },
    undefined,
  ],
  [
    'a split and a 0',
    { input: 60, output: 5, cached: 0, prompt_tokens_details: { cached_tokens: 20 } },
    920,
  ],
  [
    'a split that says the same',
    { input: 60, output: 5, cached: 20, prompt_tokens_details: { cached_tokens: 20 } },
    920,
  ],
  [
    'a split that says something else',
    { input: 60, output: 5, cached: 10, prompt_tokens_details: { cached_tokens: 20 } },
    undefined,
  ],
  [
    'a split that is more than the whole',
    { input: 60, output: 5, prompt_tokens_details: { cached_tokens: 61 } },
    undefined,
  ],
];

const rates = { model: 'house', input: 10, cached: 1, cache_write: 20, output: 100 };
const nameOf = (name: string) => (name.endsWith('_details') ? name : `${name}_tokens`);
const message = (id: string, given: Figures): MetricEventInput => ({
  type: 'message',
  role: 'assistant',
  id,
  run_id: 'run',
  model: 'house',
  occurred_at: '2026-03-01T10:00:00Z',
  metrics: Object.fromEntries(Object.entries(given).map(([name, n]) => [nameOf(name), n])),
});

describeWithPostgres('figures that contradict each other', () => {
  let database: Database;
  withTestDatabase((opened) => {
    database = opened;
  });
  const events = cases.map(([name, given]) => message(name, given));
  const costs = async (project: number) => {
    const { items } = await listMessages(database, { project, run_id: 'run', limit: 100 });
    return Object.fromEntries(items.map(({ id, cost }) => [id, cost ?? undefined]));
  };
  const right = Object.fromEntries(
    cases.map(([name, , millionths]) => [name, millionths && millionths / 1e6]),
  );
  const unpriced = cases.filter(([, , millionths]) => millionths === undefined).length;

  test('give no price when they are folded, and none later', async () => {
    const book = openPriceBook(database);
    await setPriceOverride(database, { project: 1, ...rates });
    const job = decodeJob('job', { v: 1, project: 1, events });
    await priceJobs(book, [job]);
    await writeBatch(statementOn(database.pool, appendAndFoldSql(projections), true), [job]);
    expect(await costs(1)).toEqual(right);
    expect(await reprice(database, { project: 1 })).toMatchObject({
      corrected: 0,
      unpriced: [{ model: 'house', reason: 'inconsistent_tokens', messages: unpriced }],
    });

    await foldEvents(database, events, 2);
    await setPriceOverride(database, { project: 2, ...rates });
    const report = await reprice(database, { project: 2 });
    expect(report.corrected).toBe(cases.length - unpriced);
    expect(await costs(2)).toEqual(right);
    const run = await getRun(database, { project: 2, run_id: 'run' });
    expect(run?.unpriced_messages).toBe(unpriced);
  });

  test('a correction leaves the figures that follow from it without a contradiction', async () => {
    await setPriceOverride(database, { project: 4, ...rates });
    const changes: readonly [string, Figures, Figures, number][] = [
      ['a total', { input: 60, output: 5, total: 65 }, { input: 70 }, 1_200],
      [
        'a total without the cache',
        { input: 60, output: 5, cached: 20, total: 45 },
        { cached: 40 },
        740,
      ],
      ['two names', { input: 60, prompt: 60, output: 5 }, { input: 70 }, 1_200],
      ['the other name', { prompt: 60, completion: 5, total: 65 }, { input: 70 }, 1_200],
      [
        'a split',
        { prompt: 60, completion: 5, prompt_tokens_details: { cached_tokens: 20 } },
        { cached: 10 },
        1_010,
      ],
      [
        'figures that contradict each other',
        { input: 60, output: 5, total: 30 },
        { total: 65 },
        1_100,
      ],
    ];
    const originals = changes.map(([name, given]) => message(name, given));
    const job = decodeJob('job', { v: 1, project: 4, events: originals });
    await priceJobs(openPriceBook(database), [job]);
    await writeBatch(statementOn(database.pool, appendAndFoldSql(projections), true), [job]);
    const corrections = await Promise.all(
      changes.map(([id, , set]) =>
        correctionFor(database, { project: 4, id }, message(id, set).metrics ?? {}),
      ),
    );
    await foldEvents(
      database,
      corrections.flatMap((found) => (found === undefined ? [] : [found.event])),
      4,
    );
    expect(await costs(4)).toEqual(
      Object.fromEntries(changes.map(([name, , , millionths]) => [name, millionths / 1e6])),
    );
    expect(await reprice(database, { project: 4 })).toMatchObject({ corrected: 0, unpriced: [] });
    const run = await getRun(database, { project: 4, run_id: 'run' });
    expect(run?.unpriced_messages).toBe(0);
  });

  test('a correction of tokens leaves a reported cost as it is', async () => {
    await setPriceOverride(database, { project: 6, ...rates });
    const { metrics, ...rest } = message('reported', { input: 60, output: 5 });
    await foldEvents(database, [{ ...rest, metrics: { ...metrics, cost: 0.5 } }], 6);
    const event = { project: 6, id: 'reported' };
    const correction = await correctionFor(database, event, { input_tokens: 70 });
    expect(correction?.event.metrics).toEqual({ input_tokens: 10, total_tokens: 10 });
  });

  test('keep the cost that an earlier version gave them, and repricing says so', async () => {
    await setPriceOverride(database, { project: 5, ...rates });
    const priced = (id: string, given: Figures, cost: number): MetricEventInput => {
      const { metrics, ...rest } = message(id, given);
      return { ...rest, cost_source: 'override', metrics: { ...metrics, cost } };
    };
    await foldEvents(
      database,
      [
        priced('less', { input: 60, output: 5, total: 30 }, 0.0011),
        priced('more', { input: 60, output: 5, total: 650 }, 0.0011),
        message('never', { input: 60, output: 5, total: 30 }),
      ],
      5,
    );
    expect((await reprice(database, { project: 5 })).unpriced).toEqual([
      {
        model: 'house',
        provider: null,
        reason: 'inconsistent_tokens',
        messages: 3,
        kept_cost: 0.0022,
      },
    ]);
  });

  test('a correction of a part overrides the split of the provider', async () => {
    await setPriceOverride(database, { project: 3, ...rates });
    const split = { prompt: 60, completion: 5, prompt_tokens_details: { cached_tokens: 20 } };
    await foldEvents(database, [message('split', split)], 3);
    const event = { project: 3, id: 'split' };
    const correction = await correctionFor(database, event, { cached_tokens: 10 });
    await foldEvents(database, correction === undefined ? [] : [correction.event], 3);
    expect(await costs(3)).toEqual({ split: 0.00101 });
    expect(await reprice(database, { project: 3 })).toMatchObject({ corrected: 0 });
  });
});
