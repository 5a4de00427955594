import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseEvent } from '#runfold/events/check/parse-event.js';
import { logColumns } from '#runfold/events/columns/log-columns.js';
import { eventFromRow } from '#runfold/events/columns/stored-event.js';
import type { MetricEvent } from '#runfold/events/metric-event.js';
import { type Database, openDatabase } from '#runfold/postgres/database.js';
import { exportEvents } from '#runfold/query/log/export-events.js';
import { InvalidQueryError } from '#runfold/query/query-errors.js';
import { createTestDatabase, type TestDatabase } from '../../../harness/database.js';
import { foldEvents } from '../../../harness/fold-events.js';
import { toLogRow } from '../../../harness/log-row.js';
import { sampleEvents } from '../../../harness/sample-events.js';
import { describeWithPostgres } from '../../../harness/suite.js';

const text = fc
  .string({ minLength: 1, maxLength: 20, unit: 'grapheme' })
  .filter((value) => value.isWellFormed() && !value.includes('\0'));
const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
/** Figures as programs have them, not as they are stored: any double within the limits. */
const amount = (max: number, low: number) =>
  fc.oneof(
    fc.double({ min: low === 0 ? 0 : -max, max, noNaN: true }),
    fc.constantFrom(max, low * max, 0.1 + 0.2, 1e-9, 1 / 3),
    fc.integer({ min: low * 1_000_000_000, max: 1_000_000_000 }).map((n) => n / 1e9),
  );
const tokens = (low: number) =>
  fc.oneof(
    fc.integer({ min: low * 2_147_483_647, max: 2_147_483_647 }),
    fc.integer({ min: low * 9_000, max: 9_000 }),
  );

function eventWhich(corrects: boolean): fc.Arbitrary<MetricEvent> {
  const low = corrects ? -1 : 0;
  return fc
    .record({
      id: fc.oneof(
        text,
        fc.uuid(),
        fc.uuid().map((id) => id.toUpperCase()),
      ),
      run_id: text,
      session_id: optional(text),
      occurred_at: fc
        .integer({ min: 946_684_800_000_000, max: 1_780_000_000_000_000 })
        .map((micros) => {
          const seconds = new Date(Math.floor(micros / 1e6) * 1000).toISOString().slice(0, 19);
          return `${seconds}.${String(micros % 1_000_000).padStart(6, '0')}+00:00`;
        }),
      sequence: optional(fc.nat()),
      parent_run_id: optional(text),
      model: optional(text),
      labels: optional(
        fc.dictionary(fc.stringMatching(/^[a-z][a-z0-9_.-]{0,39}$/), text, { maxKeys: 16 }),
      ),
      own: fc.oneof(
        fc.record({
          type: fc.constant('message'),
          role: fc.constantFrom('assistant', 'user', 'system', 'tool'),
        }),
        fc.record({
          type: fc.constant('tool_call'),
          tool_name: text,
          tool_call_id: optional(text),
          error: optional(fc.oneof(fc.boolean(), fc.constant(''), text)),
        }),
        fc.record({
          type: fc.constant('run'),
          status: optional(fc.constantFrom('completed', 'error', 'cancelled', 'paused')),
        }),
      ),
      corrects: corrects ? fc.oneof(text, fc.uuid()) : fc.constant(undefined),
      metrics: optional(
        fc.record(
          {
            input_tokens: fc.integer({ min: low * 1e9, max: 1e9 }),
            output_tokens: fc.integer({ min: low * 1e9, max: 1e9 }),
            cached_tokens: tokens(low),
            time: amount(100_000_000, low),
            time_to_first_token: amount(100_000_000, low),
            cost: amount(1_000_000, low),
            prompt_tokens_details: fc.dictionary(text, tokens(low), { maxKeys: 4 }),
            additional_metrics: fc.dictionary(text, fc.jsonValue(), { maxKeys: 4 }),
          },
          { requiredKeys: [] },
        ),
      ),
    })
    .map(({ own, ...rest }) => JSON.parse(JSON.stringify({ ...rest, ...own })))
    .map((raw) => parseEvent(raw))
    .filter((parsed) => parsed.ok)
    .map((parsed) => parsed.event);
}
/** Made once: making the generator of a pattern takes ten times as long as an event. */
const arbitraryEvent = fc.oneof(eventWhich(false), eventWhich(true));

/** A row of the log as Postgres returns it in JSON. */
function storedRow(event: MetricEvent): Record<string, unknown> {
  const row = toLogRow(event, 1);
  return Object.fromEntries(
    logColumns.map(({ name, type }, at) => {
      const value = row[at] ?? null;
      return [name, type === 'json' && value !== null ? JSON.parse(String(value)) : value];
    }),
  );
}

describe('an event read back from its row', () => {
  test('is the same event, with figures that are stored the same to the last unit', () => {
    fc.assert(
      fc.property(arbitraryEvent, (event) => {
        const row = storedRow(event);
        const back = eventFromRow(row);
        const parsed = parseEvent(JSON.parse(JSON.stringify(back)));
        expect(parsed).toEqual({ ok: true, event: back });
        expect(storedRow(back)).toEqual(row);
        expect({ ...back, occurred_at: '', metrics: {} }).toEqual({
          ...event,
          occurred_at: '',
          metrics: {},
        });
      }),
      { numRuns: 1_000 },
    );
  });
});

async function collect(events: AsyncIterable<MetricEvent>): Promise<MetricEvent[]> {
  const list: MetricEvent[] = [];
  for await (const event of events) list.push(event);
  return list;
}

const byKey = (a: MetricEvent, b: MetricEvent) =>
  `${a.session_id}\n${a.id}` < `${b.session_id}\n${b.id}` ? -1 : 1;

describeWithPostgres('an export', () => {
  let home: TestDatabase;
  let database: Database;
  // Several pages, and a page that ends within a session.
  const events = sampleEvents(2_345);
  beforeAll(async () => {
    home = await createTestDatabase();
    database = openDatabase(home.url);
    await foldEvents(database, events);
    await foldEvents(database, sampleEvents(40, 'other'), 2);
  });
  afterAll(async () => {
    await database?.close();
    await home?.drop();
  });

  test('holds every event of a project once, as it was sent', async () => {
    const exported = await collect(exportEvents(database));
    expect(exported.sort(byKey)).toEqual([...events].sort(byKey));
    expect(await collect(exportEvents(database, { project: 2 }))).toHaveLength(40);
    expect(await collect(exportEvents(database, { project: 3 }))).toEqual([]);
  });

  test('can be narrowed by sessions, runs and time, together too', async () => {
    const [from, to] = [events[500]?.occurred_at ?? '', events[1_500]?.occurred_at ?? ''];
    const session_ids = ['sample-session-3', 'sample-session-30', 'none'];
    const run_ids = ['sample-run-12', 'sample-run-13', 'none'];
    const cases = [
      [{ session_ids }, (event: MetricEvent) => session_ids.includes(event.session_id)],
      [{ run_ids }, (event: MetricEvent) => run_ids.includes(event.run_id)],
      [{ from, to }, (event: MetricEvent) => event.occurred_at >= from && event.occurred_at < to],
      [{ session_ids, run_ids }, (event: MetricEvent) => run_ids.includes(event.run_id)],
      [
        { run_ids, to: events[100]?.occurred_at },
        (_: MetricEvent, at: number) => at >= 96 && at < 100,
      ],
      [{ session_ids: [] }, () => false],
      // Several pages of runs.
      [{ run_ids: [...new Set(events.map(({ run_id }) => run_id))] }, () => true],
    ] as const;
    for (const [options, matches] of cases) {
      const exported = await collect(exportEvents(database, options));
      expect(exported.sort(byKey)).toEqual(events.filter(matches).sort(byKey));
    }
  });

  test('refuses a time without a zone and a text with NUL', async () => {
    for (const options of [{ from: '2026-01-01T00:00:00' }, { run_ids: ['a\0'] }]) {
      await expect(collect(exportEvents(database, options))).rejects.toThrow(InvalidQueryError);
    }
  });
});
