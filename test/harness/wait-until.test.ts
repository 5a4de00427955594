import { describe, expect, test } from 'vitest';
import { waitUntil } from '../../harness/wait-until.js';

describe('waitUntil', () => {
  test('returns the first value that holds', async () => {
    let looks = 0;
    const value = await waitUntil(
      () => ++looks,
      (count) => count >= 3,
      { intervalMs: 1 },
    );
    expect(value).toBe(3);
  });

  test('says at the deadline what was awaited and what was last seen', async () => {
    const waiting = waitUntil(
      () => ({ applied: 41 }),
      ({ applied }) => applied === 42,
      { what: '42 applied events', timeoutMs: 20, intervalMs: 5 },
    );
    await expect(waiting).rejects.toThrow(
      'Expected 42 applied events within 20 ms; last value: { applied: 41 }',
    );
  });

  test('takes an error for "not yet" and keeps the last one as the cause', async () => {
    const refused = new Error('connection refused');
    const waiting = waitUntil(() => Promise.reject(refused), undefined, { timeoutMs: 10 });
    await expect(waiting).rejects.toMatchObject({ cause: refused });
  });
});
