import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeJob } from '#runfold/append/decode-job.js';
import { isRawObject } from '#runfold/events/check/normalize-event.js';
import { parseEvent } from '#runfold/events/check/parse-event.js';
import { readEvent } from '#runfold/events/check/read-event.js';
import { isOrderly } from '#runfold/events/columns/check-columns.js';
import { eventAt } from '#runfold/events/columns/event-columns.js';
import { emptyRow, indexes } from '#runfold/events/columns/event-row.js';
import { createPacker } from '#runfold/events/columns/pack-columns.js';
import { unpackColumns } from '#runfold/events/columns/unpack-columns.js';
import type { MetricEvent } from '#runfold/events/metric-event.js';
import { arbitraryEvents } from '../../../harness/arbitrary-event.js';
import { toLogRow } from '../../../harness/log-row.js';

/** The columns of some events after their way through a queue. */
function packed(events: readonly MetricEvent[]): Record<string, unknown[]> {
  const packer = createPacker(60);
  for (const event of events) {
    const row = emptyRow();
    expect(isRawObject(event) && readEvent(event, row)).toBe(true);
    packer.add(row);
  }
  return JSON.parse(packer.take());
}

const run = { type: 'run', id: 'e', run_id: 'r', occurred_at: '2026-03-04T05:06:07.000Z' };

function parsed(raw: unknown): MetricEvent {
  const result = parseEvent(raw);
  if (!result.ok) throw new Error(JSON.stringify(result.faults));
  return result.event;
}

describe('packed columns', () => {
  test('hold their events, whatever these are, and are found in order', () => {
    fc.assert(
      fc.property(arbitraryEvents, (events) => {
        const unpacked = unpackColumns(packed(events));
        if ('fault' in unpacked) throw new Error(unpacked.fault);
        const { columns } = unpacked;
        const back = Array.from({ length: columns.size }, (_, at) => eventAt(columns, at));
        expect(back.map((event) => toLogRow(event, 1))).toEqual(
          events.map((event) => toLogRow(event, 1)),
        );
        const hasCorrections = events.some((event) => event.corrects !== undefined);
        expect(unpacked.has_orderly_texts && isOrderly(columns)).toBe(!hasCorrections);
      }),
      { numRuns: 300 },
    );
  });

  test('say a text that comes again with a number', () => {
    const at = { type: 'run', occurred_at: '2026-03-04T05:06:07.000Z' } as const;
    const events = ['a', 'b', 'a'].map((run_id, id) => ({
      ...at,
      id: `event-${id}`,
      run_id,
      session_id: 's',
    }));
    expect(packed(events)).toMatchObject({ run_id: ['a', 'b', 0], session_id: ['s', 0, 0] });
  });

  test('say labels that come again with a number, and are those of before without any', () => {
    const list = [
      { customer: 'Acme', feature: 'search' },
      undefined,
      { customer: 'Acme', feature: 'search' },
    ];
    const events = list.map((labels) => parsed({ ...run, labels }));
    expect(packed(events)).toMatchObject({
      labels: ['{"customer":"Acme","feature":"search"}', null, 0],
    });
    expect(packed([parsed(run)])).not.toHaveProperty('labels');
  });

  test.each([
    ['that are no JSON', 'acme', 'an object of at most 16 labels'],
    ['that are another JSON', '["acme"]', 'an object of at most 16 labels'],
    ['with a name of no label', '{"Customer":"acme"}', 'a name of 1 to 40 of a-z'],
    ['with a name of no object', '{"__proto__":"acme"}', 'a name of 1 to 40 of a-z'],
    ['with a value that is no text', '{"customer":7}', 'a string of 1 to 200 characters'],
    [
      'longer than any',
      `{"customer":"acme"}${' '.repeat(30_000)}`,
      'an object of at most 16 labels',
    ],
  ])('reject labels %s', (_what, labels, expected) => {
    const columns = { ...packed([parsed(run)]), labels: [labels] };
    const { events, rejects } = decodeJob('job', { v: 2, project: 1, columns });
    expect(events.size).toBe(0);
    expect(rejects).toMatchObject([
      { code: 'invalid_event', message: expect.stringContaining(expected) },
    ]);
  });

  test('take labels written in another way as the producer writes them', () => {
    const columns = {
      ...packed([parsed(run), parsed({ ...run, id: 'e-2' })]),
      labels: ['{ "customer": "other", "customer": "acme" }', '{"customer":null}'],
    };
    const { events, rejects } = decodeJob('job', { v: 2, project: 1, columns });
    expect(rejects).toEqual([]);
    expect(events.columns[indexes.labels]).toEqual(['{"customer":"acme"}', null]);
  });

  test('that were tampered with bring in no event that the schema refuses', () => {
    const value = fc.oneof(
      fc.constantFrom<unknown>(null, true, '', 'x', 0, 1, 2, 9, -1, 1.5, 2 ** 31, 1e17, '\0', {}),
      fc.string({ unit: 'binary' }),
    );
    let rejected = 0;
    fc.assert(
      fc.property(arbitraryEvents, fc.nat(), fc.nat(), value, (events, name, at, evil) => {
        const columns = packed(events);
        const names = Object.keys(columns);
        const column = columns[names[name % names.length] ?? ''] ?? [];
        if (column.length === 0) return;
        column[at % column.length] = evil;
        const job = decodeJob('job', { v: 2, project: 1, columns });
        rejected += job.rejects.length;
        const isWhole = job.rejects[0]?.code === 'invalid_job';
        expect(job.events.size + job.rejects.length).toBe(isWhole ? 1 : events.length);
        for (let event = 0; event < job.events.size; event++) {
          expect(parseEvent(eventAt(job.events, event))).toMatchObject({ ok: true });
        }
      }),
      { numRuns: 2_000 },
    );
    expect(rejected).toBeGreaterThan(100);
  });

  test.each<[string, unknown, string]>([
    ['no object', [], 'columns: expected an object of arrays, got an array of 0'],
    ['no ids', { type: [1] }, 'columns.id: expected an array, got nothing'],
    ['a column of none', { id: ['a'], foo: [1] }, 'columns.foo: expected a column of the log'],
    [
      'a column too long',
      { id: ['a'], role: [1, 1] },
      'columns.role: expected an array of at most 1',
    ],
    [
      'a number for no text',
      { id: ['a'], run_id: [0] },
      'columns.run_id: expected a number to be the index of an earlier string',
    ],
  ])('of which there is %s are no batch of ours', (_name, columns, message) => {
    const { rejects, events } = decodeJob('job', { v: 2, project: 1, columns });
    expect(events.size).toBe(0);
    expect(rejects).toMatchObject([{ code: 'invalid_job', position: 0 }]);
    expect(rejects[0]?.message).toContain(message);
  });
});
