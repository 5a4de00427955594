import type { Draft, LogFile, LogReader } from '../log/log-format.js';
import {
  countAt,
  type JsonObject,
  objectAt,
  objectsAt,
  present,
  requiredMicros,
  requiredText,
  textAt,
  timeText,
} from '../log/log-record.js';

interface Saved {
  readonly session?: string | undefined;
  readonly prompt?: string | undefined;
}

/** The chat of a subagent: a file in a folder that has the name of the session that asked for it. */
export const subagentChat = /(?:^|\/)chats\/([^/]+)\/[^/]+\.jsonl$/;

/**
 * Reads a chat of Gemini CLI, as lines or as one document. Rewound messages were paid for, so they count.
 * A subagent is a run of the session that asked for it.
 */
export function openGeminiCli(file: LogFile, saved: Saved = {}): LogReader {
  let { session, prompt } = saved;
  const [, parent] = subagentChat.exec(file.name) ?? [];
  const fallback =
    file.name
      .split('/')
      .at(-1)
      ?.replace(/\.jsonl?$/, '') ?? '';

  const readMessage = (message: JsonObject): Draft[] => {
    if (message.type === 'user') {
      const isAnswer = objectsAt(message, 'content').some((part) => 'functionResponse' in part);
      if (!isAnswer) prompt = textAt(message, 'id') ?? prompt;
      return [];
    }
    const tokens = objectAt(message, 'tokens');
    if (message.type !== 'gemini' || tokens === undefined) return [];
    const id = requiredText(message, 'id');
    const time = requiredMicros(message, 'timestamp');
    const count = (name: string) => countAt(tokens, name, 'tokens');
    const [input, tool, output] = [count('input'), count('tool'), count('output')];
    const thoughts = count('thoughts');
    const own = session ?? fallback;
    const place = {
      session_id: parent ?? own,
      run_id: parent === undefined ? (prompt ?? own) : own,
      agent_id: 'gemini-cli',
    };
    const calls = objectsAt(message, 'toolCalls').flatMap((call): Draft[] => {
      const [callId, name] = [textAt(call, 'id', 'toolCalls'), textAt(call, 'name', 'toolCalls')];
      const status = textAt(call, 'status', 'toolCalls');
      if (callId === undefined || name === undefined || !isOver(status)) return [];
      const at = requiredMicros(call.timestamp === undefined ? message : call, 'timestamp');
      return [
        {
          key: id,
          event: {
            type: 'tool_call',
            id: callId,
            ...place,
            occurred_at: timeText(at),
            tool_name: name,
            tool_call_id: callId,
            error: status !== 'success',
          },
        },
      ];
    });
    return [
      {
        key: id,
        event: present({
          type: 'message' as const,
          role: 'assistant' as const,
          id,
          ...place,
          occurred_at: timeText(time),
          model: textAt(message, 'model'),
          provider: 'google',
          metrics: present({
            input_tokens: sum(input, tool),
            cached_tokens: count('cached'),
            output_tokens: sum(output, thoughts),
            reasoning_tokens: thoughts,
          }),
        }),
      },
      ...calls,
    ];
  };

  return {
    read(record) {
      session ??= textAt(record, 'sessionId');
      const set = objectAt(record, '$set');
      return [
        record,
        ...(set ? objectsAt(set, 'messages') : []),
        ...objectsAt(record, 'messages'),
      ].flatMap(readMessage);
    },
    settle: () => [],
    isOpen: () => false,
    save: () => ({ session, prompt }),
  };
}

const isOver = (status: string | undefined) =>
  status === 'success' || status === 'error' || status === 'cancelled';

/** Absent only if both are. */
const sum = (a: number | undefined, b: number | undefined) =>
  a === undefined && b === undefined ? undefined : (a ?? 0) + (b ?? 0);
