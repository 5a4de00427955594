import { describe, expect, test } from 'vitest';
import { emptyRow, indexes } from '#runfold/events/columns/event-row.js';
import { chooseQueues } from '#runfold/ingest/queue-choice.js';

const rowAt = (session: string) => {
  const row = emptyRow();
  row[indexes.session_id] = session;
  return row;
};
const names = ['a', 'b', 'c', 'd'];

describe('the choice of a queue', () => {
  test('gives what comes to one queue, and what comes next to another', () => {
    const choice = chooseQueues(1, () => names);
    const turns = Array.from({ length: 8 }, () => {
      const chosen = new Set(
        Array.from({ length: 9 }, (_, at) => choice.queueOf(rowAt(`s-${at}`))),
      );
      choice.turn();
      return [...chosen].join();
    });
    expect(turns.slice(0, 4).sort()).toEqual(names);
    expect(turns.slice(4)).toEqual(turns.slice(0, 4));
  });

  test('goes by the session where each queue gets many, and back', () => {
    const choice = chooseQueues(1, () => names);
    const all = () => Array.from({ length: 400 }, (_, at) => choice.queueOf(rowAt(`s-${at % 40}`)));
    expect(new Set(all()).size).toBe(1);
    choice.turn();
    const bySession = all();
    expect(new Set(bySession).size).toBe(4);
    for (const [at, queue] of bySession.entries()) expect(queue).toBe(bySession[at % 40]);
    choice.turn();
    expect(all()).toEqual(bySession);
    choice.turn();
    choice.queueOf(rowAt('s-0'));
    choice.turn();
    expect(new Set(all()).size).toBe(1);
  });

  test('follows a change of the queues', () => {
    let now: readonly string[] = names;
    const choice = chooseQueues(1, () => now);
    for (let at = 0; at < 400; at++) choice.queueOf(rowAt(`s-${at}`));
    choice.turn();
    choice.queueOf(rowAt('s-1'));
    now = ['x'];
    expect(choice.queueOf(rowAt('s-1'))).toBe('x');
  });
});
