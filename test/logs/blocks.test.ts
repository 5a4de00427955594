import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { getUsage } from '#runfold/query/usage/get-usage.js';
import { usageBlocks } from '#runfold/query/usage/usage-blocks.js';
import { useLogStore } from '../../harness/log-store.js';
import { fixtures, ingest, logCase, logsAt } from './log-cases.js';

describe('blocks of five hours', () => {
  const work = useLogStore();

  test('begin at the full hour of their first message, and end five hours later', async () => {
    const store = await work.openProject();
    const { format, path, blocks_5h = [] } = logCase('claude-midnight');
    await ingest(store, await logsAt(format, join(fixtures, path)));
    const { rows } = await getUsage(store.database, {
      project: store.project,
      from: '2026-03-01T00:00:00Z',
      to: '2026-03-12T00:00:00Z',
      bucket: '15m',
      fill: false,
      quantiles: false,
    });
    const blocks = usageBlocks(rows, Date.parse('2026-03-08T08:00:00Z'));
    const time = (text: unknown) => Date.parse(String(text));
    expect(
      blocks.map(({ start, end, input_tokens, output_tokens }) => ({
        start: time(start),
        end: time(end),
        input_tokens,
        output_tokens,
      })),
    ).toEqual(
      blocks_5h.map(({ start, end, ...figures }) => ({
        start: time(start),
        end: time(end),
        ...figures,
      })),
    );
    expect(blocks.map(({ is_active }) => is_active)).toEqual([false, true, false]);
    // 1,320 tokens from the quarter of 07:45 to the end of that of 08:00.
    expect(blocks[1]?.tokens_per_minute).toBe(44);
  });

  test('count the messages that have no price, of which their cost lacks some', () => {
    const row = (bucket_start: string, cost: number | null, unpriced_messages: number) => ({
      bucket_start,
      assistant_messages: 2,
      input_tokens: 10,
      cached_tokens: null,
      cache_write_tokens: null,
      output_tokens: 1,
      total_tokens: 11,
      cost,
      unpriced_messages,
    });
    const rows = [row('2026-03-08T08:00:00Z', 0.5, 1), row('2026-03-08T09:00:00Z', null, 2)];
    expect(usageBlocks(rows, 0)).toMatchObject([{ cost: 0.5, unpriced_messages: 3 }]);
  });
});
