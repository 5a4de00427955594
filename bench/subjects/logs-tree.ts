import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { randomNumbers } from '../../harness/random-numbers.js';

/** The contents of a tree of logs. */
export interface LogsTree {
  readonly files: number;
  readonly lines: number;
  readonly bytes: number;
  readonly messages: number;
  readonly tool_calls: number;
}

/** Sessions per project folder. */
const sessionsPerProject = 20;
/** Events of one session, on average. */
const eventsPerSession = 99;
/** Bytes of text per event: with these, a tree of 40,900 events has 200 MB. */
const textBytes = 2_350;

/**
 * Writes invented sessions of Claude Code below a folder: messages on several lines that grow, tool
 * calls with results, and much text that is not read. The same number of events gives the same
 * files.
 */
export async function writeLogsTree(folder: string, events: number): Promise<LogsTree> {
  const random = randomNumbers(20_260_801);
  const below = (end: number) => Math.floor(random() * end);
  const filler = Array.from({ length: 8 * textBytes }, () => String.fromCharCode(97 + below(26)))
    .join('')
    .replaceAll('q', ' ');
  const text = () => filler.slice(below(textBytes), 5 * textBytes).slice(0, below(2 * textBytes));
  const tree = { files: 0, lines: 0, bytes: 0, messages: 0, tool_calls: 0 };
  let id = 0;
  for (let session = 0; tree.messages + tree.tool_calls < events; session++) {
    const sessionId = `0${String(session).padStart(7, '0')}-0000-4000-8000-000000000001`;
    const lines: string[] = [];
    let time = Date.UTC(2026, 7, 1) + session * 3_600_000;
    let parentUuid: string | null = null;
    const line = (record: object) => {
      const uuid = `${String(id++).padStart(8, '0')}-0000-4000-8000-000000000002`;
      time += 1_500;
      const timestamp = new Date(time).toISOString();
      const common = { isSidechain: false, cwd: '/w/shop', sessionId, version: '2.1.88' };
      lines.push(JSON.stringify({ parentUuid, ...common, ...record, uuid, timestamp }));
      parentUuid = uuid;
    };
    for (let event = 0; event < eventsPerSession; ) {
      line({ type: 'user', message: { role: 'user', content: text() } });
      for (let step = 1 + below(6); step >= 0; step--) {
        const call = step > 0;
        const messageId = `msg_01Bench${String(id).padStart(12, '0')}`;
        const usage = {
          input_tokens: 1 + below(20),
          cache_creation_input_tokens: below(4_000),
          cache_read_input_tokens: below(90_000),
          output_tokens: 2,
          service_tier: 'standard',
        };
        const message = (content: object, stop_reason: string | null, output_tokens: number) => ({
          type: 'assistant',
          // Other readers tell the lines of a message by it as well.
          requestId: messageId.replace('msg_', 'req_'),
          message: {
            id: messageId,
            type: 'message',
            role: 'assistant',
            model: 'claude-sonnet-4-6',
            content: [content],
            stop_reason,
            usage: { ...usage, output_tokens },
          },
        });
        line(message({ type: 'text', text: text() }, null, 2));
        const toolId = `toolu_01Bench${String(id).padStart(11, '0')}`;
        const last = call
          ? { type: 'tool_use', id: toolId, name: 'Read', input: { path: text() } }
          : { type: 'text', text: text() };
        line(message(last, call ? 'tool_use' : 'end_turn', 10 + below(900)));
        tree.messages += 1;
        event += 1;
        if (!call) continue;
        const result = { type: 'tool_result', tool_use_id: toolId, content: text() };
        line({ type: 'user', message: { role: 'user', content: [result] } });
        tree.tool_calls += 1;
        event += 1;
      }
    }
    const project = join(folder, 'projects', `-w-${Math.floor(session / sessionsPerProject)}`);
    await mkdir(project, { recursive: true });
    const bytes = Buffer.from(`${lines.join('\n')}\n`);
    await writeFile(join(project, `${sessionId}.jsonl`), bytes);
    tree.files += 1;
    tree.lines += lines.length;
    tree.bytes += bytes.length;
  }
  return tree;
}
