import { describe, expect, test } from 'vitest';
import { playChurn } from '../scripts/simulate/churn.js';
import { forecast } from '../scripts/simulate/deployment.js';
import { makeLoad } from '../scripts/simulate/load.js';

const load = (hot_share: number) =>
  makeLoad({ tenants: 100, zipf: 1.1, sessions: 2_000, hot_share });
const large = {
  events_per_second: 1e6,
  queues: 16,
  masters: 3,
  workers: 16,
  stripes: 64,
  nodes: 3,
  cores: 16,
};

describe('the simulation', () => {
  test('finds one session to be the limit where it has half of all events', () => {
    const { first, limit, balance } = forecast(large, load(0.5));
    expect(first).toBe('one stripe');
    expect(limit).toBeGreaterThan(150_000);
    expect(limit).toBeLessThan(210_000);
    expect(balance.queues).toBeCloseTo(1);
  });

  test('carries more with more of what is full first', () => {
    const { first, limit } = forecast(large, load(0));
    expect(first).toBe('Redis');
    expect(forecast({ ...large, masters: 6 }, load(0)).limit).toBeGreaterThan(limit);
  });

  test('gives the busiest node the bytes of its stripes, and all nodes those of all events', () => {
    const even = forecast(large, load(0));
    const day = 86_400;
    expect(even.log_bytes.all).toBe(262 * large.events_per_second * day);
    const share = even.log_bytes.node / even.log_bytes.all;
    expect(share).toBeCloseTo(even.balance.nodes / large.nodes);
    expect(even.journal_bytes).toBeCloseTo(700 * large.events_per_second * share);
    // One session is on one node, with half of all events and its part of the others.
    const hot = forecast(large, load(0.5));
    expect(hot.log_bytes.node / hot.log_bytes.all).toBeGreaterThan(0.5);
    expect(hot.log_bytes.all).toBe(even.log_bytes.all);
  });

  test('leaves no queue unread for longer than a death takes to be noticed', () => {
    const hour = { queues: 16, workers: 8, lives_s: 1e9, away_s: 1, seconds: 600 };
    expect(playChurn(hour)).toMatchObject({ deaths: 0, unread: 0, readers: 1 });
    const { deaths, unread, longest_s } = playChurn({ ...hour, lives_s: 300 });
    expect(deaths).toBeGreaterThan(5);
    expect(unread).toBeLessThan(0.05);
    expect(longest_s).toBeLessThan(15);
  });
});
