import { expect, test } from 'vitest';
import { bucketsOf } from '#runfold/query/usage/usage-buckets.js';
import { quarterRange } from '#runfold/query/usage/usage-range.js';

const zones = ['UTC', 'Asia/Kolkata', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Tokyo'];

/** Where the buckets of a year begin on the clocks of a zone, by JavaScript's own dates. */
function startsIn(time_zone: string, bucket: 'week' | 'month') {
  const range = quarterRange({ from: '2025-01-15T00:00:00Z', to: '2026-01-15T00:00:00Z' });
  const clock = new Intl.DateTimeFormat('sv', {
    timeZone: time_zone,
    dateStyle: 'short',
    timeStyle: 'short',
  });
  return bucketsOf({ ...range, bucket, time_zone }).map(({ start, local }) => {
    expect(clock.format(start * 900_000)).toBe(local);
    return local;
  });
}

function midnight(day: Date): string {
  return `${day.toISOString().slice(0, 10)} 00:00`;
}

test.each(zones)('weeks in %s begin at midnight on Monday', (zone) => {
  const mondays = Array.from({ length: 53 }, (_, week) => Date.UTC(2025, 0, 13 + week * 7));
  expect(startsIn(zone, 'week')).toEqual(mondays.map((monday) => midnight(new Date(monday))));
});

test.each(zones)('months in %s begin at midnight on their first day', (zone) => {
  const firsts = Array.from({ length: 13 }, (_, month) => Date.UTC(2025, month));
  expect(startsIn(zone, 'month')).toEqual(firsts.map((first) => midnight(new Date(first))));
});
