import { pino } from 'pino';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { adaptiveConcurrency } from '#runfold/worker/adaptive-concurrency.js';
import { openBatchPace } from '#runfold/worker/batch-pace.js';
import { createGroupCommit } from '#runfold/worker/group-commit.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const singles = () => {
  const concurrency = adaptiveConcurrency(20_000);
  for (let job = 0; job < 200; job++) concurrency.after(1);
  return concurrency;
};

test('a batch after a pause starts at once', () => {
  const pace = openBatchPace(5_000, singles());
  expect(pace.delay(1)).toBe(0);
  pace.start();
  pace.end(80);
  vi.advanceTimersByTime(101);
  expect(pace.delay(1)).toBe(0);
});

test('a small batch waits for twice the mean time of the latest ones', () => {
  const pace = openBatchPace(5_000, singles());
  for (let batch = 0; batch < 100; batch++) pace.end(20);
  pace.start();
  expect(pace.delay(1)).toBeCloseTo(40, 1);
  vi.advanceTimersByTime(30);
  expect(pace.delay(1)).toBeCloseTo(10, 1);
  vi.advanceTimersByTime(10);
  expect(pace.delay(1)).toBeCloseTo(0, 1);
});

test('no batch waits longer than 100 ms, however slow Postgres is', () => {
  const pace = openBatchPace(5_000, singles());
  for (let batch = 0; batch < 100; batch++) pace.end(5_000);
  pace.start();
  expect(pace.delay(1)).toBe(100);
});

test.each([
  ['a fifth of a batch', adaptiveConcurrency(20_000), 2],
  ['half of the jobs that a worker holds', singles(), 125],
])('%s does not wait', (_, concurrency, jobs) => {
  const pace = openBatchPace(5_000, concurrency);
  pace.end(80);
  pace.start();
  expect(pace.delay(jobs - 1)).toBeGreaterThan(0);
  expect(pace.delay(jobs)).toBe(0);
});

test('a worker with free lanes writes jobs that trickle in together', async () => {
  const written: number[] = [];
  const commit = createGroupCommit({
    price: () => Promise.resolve(),
    run: async (batch) => {
      written.push(batch.order.length);
      await new Promise((resolve) => setTimeout(resolve, 20));
      return { applied: batch.order.length, rejected: 0 };
    },
    log: pino({ level: 'silent' }),
    lanes: 2,
    batchEvents: 5_000,
    pace: openBatchPace(5_000, singles()),
  });
  const write = (id: string) => commit.write({ id, data: jobOf(id) });
  // The mean time of a batch needs some of them.
  for (let first = 0; first < 50; first++) {
    const writing = write(`first-${first}`);
    await vi.advanceTimersByTimeAsync(200);
    await writing;
  }
  written.length = 0;
  const writing: Promise<void>[] = [];
  for (let job = 0; job < 50; job++) {
    writing.push(write(`job-${job}`));
    await vi.advanceTimersByTimeAsync(4);
  }
  await vi.advanceTimersByTimeAsync(200);
  await Promise.all(writing);
  // In 200 ms, a batch every 40 ms, the first of them with one job.
  expect(written[0]).toBe(1);
  expect(written.length).toBeLessThanOrEqual(7);
  expect(written.reduce((sum, events) => sum + events, 0)).toBe(50);
});

function jobOf(id: string): string {
  const event = {
    type: 'message',
    id,
    run_id: 'r',
    session_id: 's',
    role: 'user',
    occurred_at: '2026-01-05T00:00:00Z',
  };
  return JSON.stringify({ v: 1, project: 1, events: [event] });
}
