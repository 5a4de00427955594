import { expect, test, vi } from 'vitest';
import { groupCalls } from '#runfold/budgets/grouped-calls.js';

/** Calls that end when the test decides. */
function heldCalls() {
  const ends: ((fault?: Error) => void)[] = [];
  const made: (readonly number[])[] = [];
  const run = (inputs: readonly number[]) => {
    made.push(inputs);
    return new Promise<number[]>((resolve, reject) => {
      ends.push((fault) => (fault ? reject(fault) : resolve(inputs.map((input) => input * 10))));
    });
  };
  return { made, run, end: (at: number, fault?: Error) => ends[at]?.(fault) };
}

test('calls that arrive while one is under way are made together, and each gets its own answer', async () => {
  const { made, run, end } = heldCalls();
  const call = groupCalls(run, { isOfOne: () => false });
  const answers = [1, 2, 3].map(call);
  expect(made).toEqual([[1]]);
  end(0);
  expect(await answers[0]).toBe(10);
  await vi.waitFor(() => expect(made).toEqual([[1], [2, 3]]));
  end(1);
  expect(await Promise.all(answers)).toEqual([10, 20, 30]);
  const later = call(4);
  expect(made.at(-1)).toEqual([4]);
  end(2);
  expect(await later).toBe(40);
});

test('a call that one input spoils is made again for each alone, and another fails for all', async () => {
  const made: (readonly number[])[] = [];
  const run = async (inputs: readonly number[]) => {
    made.push(inputs);
    if (inputs.includes(2)) throw new Error('spoiled');
    if (inputs.includes(9)) throw new Error('away');
    return inputs;
  };
  const call = groupCalls(run, {
    isOfOne: (error) => (error as Error).message === 'spoiled',
  });
  const outcomes = await Promise.allSettled([1, 2, 3].map(call));
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(made).toEqual([[1], [2, 3], [2], [3]]);
  // The loop that started them ends.
  await new Promise(setImmediate);
  const away = await Promise.allSettled([7, 8, 9].map(call));
  expect(away.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
  expect(made.slice(4)).toEqual([[7], [8, 9]]);
});

test('a call that does not end holds up others for half a second', async () => {
  const { made, run, end } = heldCalls();
  let now = performance.now();
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => now);
  try {
    const call = groupCalls(run, { isOfOne: () => false });
    void call(1);
    const second = call(2);
    now += 501;
    const third = call(3);
    expect(made).toEqual([[1], [2, 3]]);
    end(1);
    expect(await Promise.all([second, third])).toEqual([20, 30]);
  } finally {
    clock.mockRestore();
  }
});

test('calls that follow one another closely wait a little for more, but a first one does not', async () => {
  vi.useFakeTimers({ toFake: ['performance', 'setTimeout'] });
  try {
    const { made, run, end } = heldCalls();
    const call = groupCalls(run, { isOfOne: () => false, apartMs: 2 });
    const answers = [call(1)];
    // Alone: the next one is made at once.
    end(0);
    await answers[0];
    await new Promise(setImmediate);
    answers.push(call(2));
    expect(made).toEqual([[1], [2]]);
    answers.push(call(3));
    end(1);
    await answers[1];
    await new Promise(setImmediate);
    answers.push(call(4));
    expect(made).toEqual([[1], [2]]);
    await vi.advanceTimersByTimeAsync(2);
    expect(made).toEqual([[1], [2], [3, 4]]);
    end(2);
    expect(await Promise.all(answers)).toEqual([10, 20, 30, 40]);
  } finally {
    vi.useRealTimers();
  }
});

test('inputs that would wait for a slow call are made in another one, up to a number of calls', async () => {
  const { made, run, end } = heldCalls();
  let now = performance.now();
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => now);
  try {
    const call = groupCalls(run, { isOfOne: () => false, apartMs: 2, atOnce: 2 });
    const first = call(1);
    now += 1;
    const early = call(2);
    expect(made).toEqual([[1]]);
    now += 2;
    const late = call(3);
    expect(made).toEqual([[1], [2, 3]]);
    now += 3;
    const last = call(4);
    expect(made).toHaveLength(2);
    end(1);
    expect(await Promise.all([early, late])).toEqual([20, 30]);
    await vi.waitFor(() => expect(made).toEqual([[1], [2, 3], [4]]));
    end(0);
    end(2);
    expect(await Promise.all([first, last])).toEqual([10, 40]);
  } finally {
    clock.mockRestore();
  }
});
