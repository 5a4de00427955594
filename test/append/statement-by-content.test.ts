import { expect, test } from 'vitest';
import { createBatch } from '#runfold/append/batch.js';
import { decodeJob } from '#runfold/append/decode-job.js';
import {
  type BatchContent,
  statementByContent,
} from '#runfold/append/writer/statement-by-content.js';
import { jobVersions } from '#runfold/queue/job.js';

const message = (id: string, more: object = {}) => ({
  type: 'message',
  id,
  run_id: 'run-1',
  role: 'user',
  occurred_at: '2026-01-05T09:00:00Z',
  ...more,
});
const batchOf = (...events: object[]) =>
  createBatch([decodeJob('job', { v: jobVersions.objects, project: 1, events })]);

test('a batch goes by the statement for what it holds, which is made once', async () => {
  const made: BatchContent[] = [];
  const sent: BatchContent[] = [];
  const run = statementByContent((content) => {
    made.push(content);
    return async () => {
      sent.push(content);
      return { applied: 1, rejected: 0 };
    };
  });
  const labels = { labels: { customer: 'acme' } };
  await run(batchOf(message('a')), []);
  await run(batchOf(message('b'), message('c', labels)), []);
  await run(batchOf(message('d', { hold_id: 'hold-1' })), []);
  await run(batchOf(message('e', labels), message('f', { hold_id: 'hold-1' })), []);
  await run(batchOf(message('g', labels)), []);
  const [none, labelled, held, both] = [
    { has_holds: false, has_labels: false },
    { has_holds: false, has_labels: true },
    { has_holds: true, has_labels: false },
    { has_holds: true, has_labels: true },
  ];
  expect(sent).toEqual([none, labelled, held, both, labelled]);
  expect(made).toEqual([none, labelled, held, both]);
});
