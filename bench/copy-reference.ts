import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import type { Database } from '../src/store/database.js';

/**
 * Events a second at which one COPY stream loads the log's rows, in the order they occurred, into an
 * empty table with the log's columns and indexes.
 */
export async function copyRate(database: Database): Promise<number> {
  const client = await database.pool.connect();
  try {
    const chunks: Buffer[] = [];
    const rows = client.query(
      copyTo('copy (select * from runfold_internal.event order by occurred_at_us) to stdout'),
    );
    for await (const chunk of rows) chunks.push(chunk as Buffer);
    await client.query('drop table if exists runfold_internal.copy_reference');
    await client.query(
      'create table runfold_internal.copy_reference (like runfold_internal.event including all)',
    );
    const started = performance.now();
    await pipeline(
      Readable.from(chunks),
      client.query(copyFrom('copy runfold_internal.copy_reference from stdin')),
    );
    const seconds = (performance.now() - started) / 1000;
    const { rows: counted } = await client.query<{ count: string }>(
      'select count(*) from runfold_internal.copy_reference',
    );
    await client.query('drop table runfold_internal.copy_reference');
    return Number(counted[0]?.count) / seconds;
  } finally {
    client.release();
  }
}
