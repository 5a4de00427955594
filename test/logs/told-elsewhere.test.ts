import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readRecords } from '#runfold/otlp/read-body.js';
import { useLogStore } from '../../harness/log-store.js';
import { countEvents, expectCase, fixtures, ingest, logCase, logsAt } from './log-cases.js';

const nowUs = Date.UTC(2026, 10, 1) * 1000;

/** The records that a program sends over OpenTelemetry for one call in a session. */
const records: Readonly<Record<string, (session: string) => object>> = {
  'claude-code': (session) => ({
    body: { stringValue: 'claude_code.api_request' },
    attributes: { 'session.id': session, model: 'claude-sonnet-4-6', input_tokens: 5 },
  }),
  codex: (session) => ({
    eventName: 'codex.sse_event',
    attributes: { 'conversation.id': session, model: 'gpt-5', input_token_count: 5 },
  }),
  'gemini-cli': (session) => ({
    eventName: 'gemini_cli.api_response',
    attributes: { 'session.id': session, model: 'gemini-3-pro', input_token_count: 5 },
  }),
};

function eventsOf(format: string, session: string) {
  const record = records[format]?.(session) as { attributes: Record<string, string | number> };
  const body = {
    resourceLogs: [
      {
        scopeLogs: [
          {
            logRecords: [
              {
                ...record,
                timeUnixNano: '1772000000000000000',
                attributes: Object.entries(record.attributes).map(([key, value]) => ({
                  key,
                  value: typeof value === 'number' ? { intValue: value } : { stringValue: value },
                })),
              },
            ],
          },
        ],
      },
    ],
  };
  const options = { nowUs, mostDays: 0, keepsErrorText: false };
  const found = [...readRecords(Buffer.from(JSON.stringify(body)), 'json', options)];
  return found.flatMap((one) => ('item' in one ? [one.item] : []));
}

describe('a session that its program reported over OpenTelemetry', () => {
  const work = useLogStore();

  test.each([
    ['claude-code', 'claude-partials'],
    ['codex', 'codex-repeats'],
    ['gemini-cli', 'gemini-chat'],
  ])('is left out of the logs of %s, and stays so', async (format, name) => {
    const store = await work.openProject();
    const expected = logCase(name);
    const session = String(expected.sessions[0]?.session_id);
    const [event] = eventsOf(format, session);
    if (event === undefined) throw new Error('Expected an event.');
    expect(event.agent_id).toBe(format);
    // It is still on the queue when the file is read.
    store.producer.emit(event);
    await store.producer.flush();
    const logs = await logsAt(format, join(fixtures, expected.path));
    const first = await ingest(store, logs);
    expect([...first.counts.elsewhere]).toEqual([session]);
    expect(first.faults).toEqual([]);
    const others = expected.sessions.filter(({ session_id }) => session_id !== session);
    const rows = await store.database.query<{ session_id: string; tokens: number }>(
      `select session_id, total_tokens::integer as tokens from runfold_internal.session
      where project = $1 order by session_id collate "C"`,
      [store.project],
    );
    expect(rows).toEqual(
      [
        { session_id: session, tokens: 5 },
        ...others.map(({ session_id, total_tokens }) => ({ session_id, tokens: total_tokens })),
      ].sort((a, b) => (String(a.session_id) < String(b.session_id) ? -1 : 1)),
    );
    const events = await countEvents(store);
    for (const again of [false, true]) {
      const { counts } = await ingest(store, logs, { again });
      expect(counts.messages).toBe(0);
      expect([...counts.elsewhere]).toEqual(again ? [session] : []);
    }
    expect(await countEvents(store)).toBe(events);
  });

  test('is left out as its file grows, and when a reading that was killed goes on', async () => {
    const store = await work.openProject();
    const dir = join(tmpdir(), `runfold-told-${process.pid}`);
    const growth = (state: string) =>
      join(fixtures, `claude-growth/${state}/projects/-w-shop/${id}.jsonl`);
    const id = 'c8000001-0000-4000-8000-000000000001';
    await mkdir(dir, { recursive: true });
    const file = join(dir, `${id}.jsonl`);
    for (const event of eventsOf('claude-code', id)) store.producer.emit(event);
    await store.producer.flush();
    await copyFile(growth('before'), file);
    const broken = {
      ...store,
      producer: {
        ...store.producer,
        flush: () => Promise.reject(new Error('killed')),
      },
    };
    await expect(ingest(broken, await logsAt('claude-code', dir))).rejects.toThrow('killed');
    await ingest(store, await logsAt('claude-code', dir));
    await writeFile(file, await readFile(growth('after')));
    const { counts } = await ingest(store, await logsAt('claude-code', dir));
    expect([...counts.elsewhere]).toEqual([id]);
    expect(await countEvents(store)).toBe(1);
    await rm(dir, { recursive: true });
  });

  test('but after its file was read is counted from the file too', async () => {
    const store = await work.openProject();
    const expected = logCase('claude-partials');
    const logs = await logsAt('claude-code', join(fixtures, expected.path));
    await ingest(store, logs);
    await expectCase(store, expected);
    const events = await countEvents(store);
    const session = String(expected.sessions[0]?.session_id);
    for (const event of eventsOf('claude-code', session)) store.producer.emit(event);
    const { counts } = await ingest(store, logs, { again: true });
    expect(counts.elsewhere.size).toBe(0);
    await store.folded();
    expect(await countEvents(store)).toBe(events + 1);
  });
});
