import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { verify } from '#runfold/projections/audit/verify.js';
import { openRunfold } from '#runfold/runfold.js';
import { getSaid, type Said, startChild } from './child.js';

/** Messages of a file: two files fill more than one batch. */
const messages = 3_000;

/** A session of Claude Code in which message `n` has `n` input tokens. */
function session(number: number): string {
  const sessionId = `c0${String(number).padStart(6, '0')}-0000-4000-8000-000000000001`;
  return Array.from({ length: messages }, (_, at) =>
    JSON.stringify({
      type: 'assistant',
      sessionId,
      uuid: `c1${String(number).padStart(6, '0')}-0000-4000-8000-${String(at).padStart(12, '0')}`,
      timestamp: new Date(Date.UTC(2026, 8, number, 10) + at * 1_000).toISOString(),
      message: {
        id: `msg_01Killed${number}${String(at).padStart(12, '0')}`,
        role: 'assistant',
        model: 'claude-sonnet-4-6',
        stop_reason: 'end_turn',
        usage: { input_tokens: 1 + at, output_tokens: 1 },
      },
    }),
  ).join('\n');
}

const moments = [
  'within a batch',
  'between its events and its checkpoint',
  'after its checkpoint',
] as const;

interface ReadReport {
  /** Events that were stored before this reading. */
  readonly before: number;
  readonly messages: number;
  readonly corrections: number;
  readonly checkpoints: readonly { readonly sent: number; readonly stored: number }[];
}

test('logs count once that are read into an embedded store by processes that are killed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'rf-'));
  const [dir, logs] = [join(folder, 'store'), join(folder, 'projects')];
  try {
    await mkdir(join(logs, '-w-shop'), { recursive: true });
    for (const number of [1, 2]) {
      await writeFile(join(logs, '-w-shop', `session-${number}.jsonl`), session(number));
    }
    for (const moment of moments) {
      const child = startChild('log-reader.mjs', JSON.stringify({ dir, logs, moment }));
      const [, signal] = await once(child, 'exit');
      expect([moment, signal]).toEqual([moment, 'SIGKILL']);
    }
    const child = startChild('log-reader.mjs', JSON.stringify({ dir, logs }));
    const ended = once(child, 'exit');
    const report = (await getSaid(child)) as Said & ReadReport;
    await ended;
    // The third process has saved a checkpoint, and the last one goes on from there.
    expect(report.before).toBeGreaterThan(messages);
    expect(report.messages).toBe(2 * messages - report.before);
    expect(report.corrections).toBe(0);
    // A checkpoint is saved after the commit of all events before it.
    expect(report.checkpoints.length).toBeGreaterThan(0);
    for (const { sent, stored } of report.checkpoints) expect(stored).toBe(sent);
    const { database, close } = await openRunfold({ dir });
    try {
      const [sum] = await database.query(
        `select sum(input_tokens)::integer as tokens, sum(assistant_messages)::integer as messages
        from runfold_internal.session`,
      );
      expect(sum).toEqual({ tokens: messages * (messages + 1), messages: 2 * messages });
      expect((await verify(database)).differences).toEqual([]);
    } finally {
      await close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
