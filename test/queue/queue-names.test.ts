import { describe, expect, test } from 'vitest';
import { stripeOf } from '#runfold/events/stripe.js';
import { currentNames, formerNames, shareOf } from '#runfold/queue/spread/queue-names.js';

const one = { prefix: 'runfold', is_cluster: false };
const cluster = { prefix: 'runfold', is_cluster: true };

describe('the names of queues', () => {
  test('are the prefix alone where there is one queue, and in braces else', () => {
    expect(currentNames(one, 1)).toEqual(['runfold']);
    expect(currentNames(one, 2)).toEqual(['{runfold:0}', '{runfold:1}']);
    expect(currentNames(cluster, 1)).toEqual(['{runfold:0}']);
  });

  test.each([
    [one, { queues: 1, most: 2 }, ['{runfold:0}', '{runfold:1}']],
    [one, { queues: 2, most: 3 }, ['runfold', '{runfold:2}']],
    [cluster, { queues: 2, most: 4 }, ['{runfold:2}', '{runfold:3}']],
    [cluster, { queues: 4, most: 4 }, []],
  ])('leave none out that was used before: %j %j', (naming, numbers, former) => {
    expect(formerNames(naming, numbers)).toEqual(former);
  });
});

describe('the share of a worker', () => {
  test.each([
    [1, 16],
    [3, 16],
    [16, 16],
    [5, 4],
    [40, 16],
    [7, 1],
  ])('of %i is even, and leaves none of %i queues out', (workers, queues) => {
    const shares = Array.from({ length: workers }, (_, rank) => shareOf(rank, workers, queues));
    expect(new Set(shares.flat()).size).toBe(queues);
    const sizes = shares.map(({ length }) => length);
    expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
    const readers = Array.from(
      { length: queues },
      (_, queue) => shares.filter((share) => share.includes(queue)).length,
    );
    expect(Math.max(...readers) - Math.min(...readers)).toBeLessThanOrEqual(1);
  });
});

describe('a stripe', () => {
  test.each([
    [1, 's-1', 17],
    [1, 's-2', 52],
    [7, 's-1', 45],
    [1, 'Grüße', 16],
  ])('of project %i and session %s is %i of 64', (project, session, stripe) => {
    expect(stripeOf(project, session, 64)).toBe(stripe);
  });
});
