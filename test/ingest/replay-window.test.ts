import { afterEach, expect, test, vi } from 'vitest';
import { createReplayWindow } from '#runfold/ingest/replay-window.js';
import { waitUntil } from '../../harness/wait-until.js';

const never = () => new Promise<never>(() => undefined);

test.each([
  ['a question for the master', 'find'],
  ['a sending', 'send'],
])('jobs are sent again after a failover that leaves %s unanswered', async (_, unanswered) => {
  let master = 'old';
  let questions = 0;
  let sendings = 0;
  const errors: string[] = [];
  const replay = createReplayWindow({
    keep_ms: 60_000,
    max_bytes: 1_000,
    attempt_ms: 20,
    onError: ({ message }) => errors.push(message),
    findMasters: async (names) => {
      questions += 1;
      if (unanswered === 'find' && questions === 2) return never();
      return new Map(names.map((name) => [name, master]));
    },
  });
  const send = async () => {
    sendings += 1;
    return unanswered === 'send' && sendings === 2 ? never() : undefined;
  };
  try {
    await replay.send({ queue: 'q', bytes: 10, jobs: 3, send });
    master = 'new';
    await waitUntil(replay.replayed, (jobs) => jobs === 3, { what: 'the jobs to be sent again' });
    expect(errors).toEqual(unanswered === 'send' ? ['no response within 20 ms'] : []);
  } finally {
    await replay.close();
  }
});

afterEach(() => {
  vi.useRealTimers();
});

test('closing waits until all that a failover may have lost is sent again', async () => {
  vi.useFakeTimers();
  let master = 'old';
  let open: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  const onError = vi.fn();
  const replay = createReplayWindow({
    keep_ms: 10_000,
    max_bytes: 1_000,
    onError,
    findMasters: async (names) => new Map(names.map((name) => [name, master])),
  });
  const send = async () => {
    if (master === 'new') await gate;
  };
  for (const jobs of [2, 3]) await replay.send({ queue: 'q', bytes: 10, jobs, send });
  await vi.advanceTimersByTimeAsync(100);
  master = 'new';
  const closed = replay.close(30_000);
  await vi.advanceTimersByTimeAsync(5_000);
  open();
  await closed;
  expect(replay.replayed()).toBe(5);
  expect(onError).not.toHaveBeenCalled();
});

test('closing says what may be lost if no master is found in time', async () => {
  vi.useFakeTimers();
  const errors: string[] = [];
  let isAway = false;
  const replay = createReplayWindow({
    keep_ms: 10_000,
    max_bytes: 1_000,
    onError: ({ message }) => errors.push(message),
    findMasters: async (names) => {
      if (isAway) throw new Error('away');
      return new Map(names.map((name) => [name, 'old']));
    },
  });
  await replay.send({ queue: 'q', bytes: 10, jobs: 3, send: async () => undefined });
  isAway = true;
  const closed = replay.close(5_000);
  await vi.advanceTimersByTimeAsync(6_000);
  await closed;
  expect(errors).toEqual([
    expect.stringMatching(/within 5000 ms: up to 3 acknowledged jobs may be lost/),
  ]);
});
