import { expect, test } from 'vitest';
import { createBatch, type EventBatch } from '#runfold/append/batch.js';
import { decodeJob } from '#runfold/append/decode-job.js';
import { encodeBatch, encodeParts } from '#runfold/append/encode-batch.js';
import { byStripe } from '#runfold/append/writer/by-stripe.js';
import { createArena } from '#runfold/postgres/bind/byte-arena.js';
import { jobVersions } from '#runfold/queue/job.js';

/** Events with all kinds of values, and columns that only some of the jobs have. */
function batchOf(jobs: number, events: number): EventBatch {
  return createBatch(
    Array.from({ length: jobs }, (_, job) =>
      decodeJob(`job-${job}`, {
        v: jobVersions.objects,
        project: 1 + (job % 2),
        events: Array.from({ length: events }, (_, at) => ({
          id:
            at % 3 === 0
              ? `event ${job}/${at}`
              : `0199e000-0000-7000-8000-${String(job * 1000 + at).padStart(12, '0')}`,
          session_id: `session ${(job + at) % 17}`,
          run_id: `Lauf ${at % 5} – ü`,
          agent_id: 'agent',
          sequence: at,
          occurred_at: new Date(1_767_571_200_000 + at).toISOString(),
          type: 'message',
          role: 'assistant',
          ...(job === 1 ? { user_id: `user ${at % 4}` } : {}),
          ...(at % 4 === 1 ? { corrects: `event ${job}/${at - 1}` } : {}),
          ...(at % 2 === 0
            ? { metrics: { input_tokens: at * 1e6, cost: at / 7, time: 0.25 } }
            : {}),
        })),
      }),
    ),
  );
}

function encoded(batch: EventBatch): Buffer {
  const arena = createArena(16);
  encodeBatch(batch, arena);
  return Buffer.from(arena.written());
}

const inParts = (batch: EventBatch, orders: readonly (readonly number[])[]) =>
  encodeParts(
    batch,
    orders,
    orders.map(() => createArena(16)),
  );

test('the parts of a batch that are encoded together have the bytes of each part alone', () => {
  const batch = batchOf(5, 60);
  expect(batch.order).toHaveLength(300);
  for (const stripes of [1, 4, 64]) {
    const orders = byStripe(batch, stripes).map(([, order]) => order);
    const parts = inParts(batch, orders);
    expect(parts.flatMap(({ order }) => order)).toHaveLength(300);
    for (const [at, part] of parts.entries()) {
      const alone = encoded({ ...batch, order: orders[at] ?? [] });
      expect(part.encoded?.parameters.equals(alone)).toBe(true);
      expect(encoded(part).equals(alone)).toBe(true);
    }
  }
});

test('also where the parts are few of the events of a batch', () => {
  const batch = batchOf(5, 60);
  const few = { ...batch, order: batch.order.slice(20, 90) };
  const orders = byStripe(few, 4).map(([, order]) => order);
  for (const part of inParts(few, orders)) {
    const { order } = part;
    expect(part.encoded?.parameters.equals(encoded({ ...batch, order }))).toBe(true);
  }
});

test('half of a part is encoded anew', () => {
  const batch = batchOf(2, 60);
  const [part = batch] = inParts(batch, [batch.order]);
  const order = part.order.slice(0, 30);
  expect(encoded({ ...part, order }).equals(encoded({ ...batch, order }))).toBe(true);
  expect(encoded({ ...part, order }).equals(encoded(part))).toBe(false);
});
