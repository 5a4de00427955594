import { pino } from 'pino';
import { expect, test } from 'vitest';
import { createJobs, type JobView } from '#runfold/http/operate/jobs.js';
import { createRepriceJobs } from '#runfold/http/operate/reprice-jobs.js';
import type { Database } from '#runfold/postgres/database.js';
import { StoreUnavailableError } from '#runfold/store/store-errors.js';

interface View extends JobView {
  readonly share: number;
}

const log = pino({ level: 'silent' });
const open = () => createJobs<View>('task', log, () => undefined);
/** Work that goes on until it is stopped. */
const endless = (signal: AbortSignal) =>
  new Promise<void>((_, reject) =>
    signal.addEventListener('abort', () => reject(signal.reason), { once: true }),
  );

test('a job shows its progress, its end, and nothing of the next one', async () => {
  const jobs = open();
  let finish: () => void = () => undefined;
  const begun = jobs.begin({ share: 0 }, (note) => {
    note({ share: 0.5 });
    return new Promise((resolve) => {
      finish = resolve;
    });
  });
  expect(begun).toMatchObject({ state: 'running', ended_at: null, error: null });
  expect(jobs.running()).toMatchObject({ id: begun.id, share: 0.5 });
  finish();
  await jobs.close();
  expect(jobs.running()).toBeUndefined();
  expect(jobs.get(begun.id)).toMatchObject({ state: 'done', ended_at: expect.any(String) });
  const ids = Array.from({ length: 21 }, () => jobs.begin({ share: 0 }, async () => undefined).id);
  expect(jobs.list().map(({ id }) => id)).toEqual(ids.slice(1).reverse());
});

test('a job is stopped by its id only, or by the end of the service', async () => {
  const jobs = open();
  const first = jobs.begin({ share: 0 }, (_, signal) => endless(signal));
  expect(await jobs.cancel('other')).toBeUndefined();
  expect(jobs.running()?.id).toBe(first.id);
  expect(await jobs.cancel(first.id)).toMatchObject({ state: 'cancelled', error: null });
  const second = jobs.begin({ share: 0 }, (_, signal) => endless(signal));
  await jobs.close();
  expect(jobs.get(second.id)).toMatchObject({ state: 'cancelled' });
});

test('a failed job says why, without what the driver said', async () => {
  const jobs = open();
  const failed = async (error: unknown) => {
    const { id } = jobs.begin({ share: 0 }, () => Promise.reject(error));
    await new Promise(setImmediate);
    return jobs.get(id);
  };
  const state = 'failed';
  expect(await failed(new Error('password of ann'))).toMatchObject({
    state,
    error: 'The task failed; see the log.',
  });
  const denied = new StoreUnavailableError('rights_missing', 'denied for ann', undefined);
  expect(await failed(denied)).toMatchObject({
    state,
    error: 'The service has no right to do this in the database. Its log names the right.',
  });
});

test('of the reprices of a project one runs at a time', async () => {
  const silent = { query: () => new Promise(() => undefined) } as unknown as Database;
  const jobs = createRepriceJobs(silent, log);
  const first = jobs.begin(1, { dry_run: true });
  expect(jobs.begin(1, {})).toBe(first);
  expect(jobs.begin(2, {}).id).not.toBe(first.id);
  expect(jobs.get(1, first.id)).toBe(first);
  expect(jobs.get(2, first.id)).toBeUndefined();
});
