import { describe, expect, test } from 'vitest';
import { createProducer, type ProducerOptions } from '#runfold/ingest/producer.js';
import { BufferFullError } from '#runfold/ingest/producer-errors.js';

/**
 * Fills the buffer of a producer whose queue is unavailable. Returns why it stopped, and what it
 * held.
 */
async function fill(options: Omit<ProducerOptions, 'queue'>, characters: number) {
  const queue = { kind: 'redis', url: 'redis://127.0.0.1:1' } as const;
  const producer = await createProducer({ queue, ...options });
  const metrics = { additional_metrics: { text: 'x'.repeat(characters) } };
  let fault: unknown;
  for (let count = 0; count < 10_000 && fault === undefined; count++) {
    try {
      producer.message({ run_id: 'r', role: 'user', metrics });
    } catch (error) {
      fault = error;
    }
  }
  const stats = producer.stats();
  await producer.close({ timeout_ms: 10 }).catch(() => undefined);
  return { fault, stats };
}

describe('the buffer of a producer whose queue is away', () => {
  test('is full by bytes, those on their way among them', async () => {
    const limits = { max_buffered_bytes: 200_000, bytes_per_job: 20_000, events_per_job: 10_000 };
    const { fault, stats } = await fill(limits, 1_000);
    expect(fault).toBeInstanceOf(BufferFullError);
    expect(fault).toMatchObject({ capacity: 200_000, unit: 'bytes' });
    expect(String(fault)).toContain('raise max_buffered_bytes');
    expect(stats.waiting_bytes).toBeGreaterThanOrEqual(200_000);
    expect(stats.waiting_bytes).toBeLessThan(202_000);
    expect(stats.emitted_events * 1_000).toBeLessThan(202_000);
    expect(stats).toMatchObject({ waiting_events: stats.emitted_events, refused_events: 1 });
  });

  test('is full by events', async () => {
    const { fault, stats } = await fill({ max_buffered_events: 100, events_per_job: 30 }, 1);
    expect(fault).toMatchObject({ capacity: 100, unit: 'events' });
    expect(stats).toMatchObject({ waiting_events: 100, emitted_events: 100 });
  });

  test('holds 64 MiB and no more unless told otherwise', async () => {
    const { fault, stats } = await fill({}, 60_000);
    expect(fault).toMatchObject({ capacity: 64 * 2 ** 20, unit: 'bytes' });
    expect(stats.emitted_events).toBeLessThan(1_200);
  });
});
