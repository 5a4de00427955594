import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openRunfold } from '#runfold/runfold.js';

test('events of the process that folds them are in the totals after flush, and never on the queue', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'rf-'));
  const { database, producer, close } = await openRunfold({ dir: join(folder, 'store') });
  try {
    await database.query('create table public.queued (id text)');
    await database.query(
      `create function public.note_queued() returns trigger language plpgsql as
        $$ begin insert into public.queued values (new.id); return null; end $$`,
    );
    await database.query(
      'create trigger note after insert on bullmq.job for each row execute function public.note_queued()',
    );
    const events = 3_000;
    for (let at = 0; at < events; at++) {
      producer.message({
        run_id: `run-${at % 7}`,
        role: 'assistant',
        metrics: { input_tokens: 2 },
      });
    }
    await producer.flush();
    const [sum] = await database.query(
      'select sum(input_tokens)::integer as tokens from runfold_internal.run',
    );
    expect(sum).toEqual({ tokens: 2 * events });
    expect(await database.query('select id from public.queued')).toEqual([]);
    expect(producer.stats()).toMatchObject({ acknowledged_events: events, waiting_events: 0 });
  } finally {
    await close();
    await rm(folder, { recursive: true, force: true });
  }
});
