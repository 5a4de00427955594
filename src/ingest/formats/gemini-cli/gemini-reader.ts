import type { Draft, LogFile, LogReader } from '../log/log-format.js';
import {
  countAt,
  type JsonObject,
  microsAt,
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
  readonly prompts?: readonly Prompt[];
}

/** The time of a prompt, in microseconds, and its id. */
type Prompt = readonly [number, string];

/** The chat of a subagent: a file in a folder that has the name of the session that asked for it. */
export const subagentChat = /(?:^|\/)chats\/([^/]+)\/[^/]+\.jsonl?$/;

/** The number of prompts of a session that its subagents can find. */
const mostPrompts = 128;

/**
 * Reads a chat of Gemini CLI, as lines or as one document. Rewound messages were paid for, so they count.
 * A subagent is a run of the session that asked for it, below the prompt that was the last before it.
 */
export function openGeminiCli(file: LogFile, saved: Saved = {}): LogReader {
  let { session, prompt } = saved;
  const prompts = [...(saved.prompts ?? [])];
  const [, parent] = subagentChat.exec(file.name) ?? [];
  const known = parent === undefined ? undefined : file.recall(parent)?.prompts;
  const asked = Array.isArray(known) ? (known as readonly Prompt[]) : [];
  const fallback =
    file.name
      .split('/')
      .at(-1)
      ?.replace(/\.jsonl?$/, '') ?? '';

  const readPrompt = (message: JsonObject) => {
    const isAnswer = objectsAt(message, 'content').some((part) => 'functionResponse' in part);
    const id = textAt(message, 'id');
    if (isAnswer || id === undefined) return;
    prompt = id;
    const time = microsAt(message, 'timestamp');
    // A line may be written again.
    if (time === undefined || prompts.some(([, before]) => before === id)) return;
    prompts.push([time, id]);
    if (prompts.length > mostPrompts) prompts.shift();
  };

  const placeAt = (time: number) => {
    const own = session ?? fallback;
    if (parent === undefined) {
      return { session_id: own, run_id: prompt ?? own, agent_id: 'gemini-cli' };
    }
    const above = asked.findLast(([at]) => at <= time)?.[1];
    const below = above === undefined ? {} : { parent_run_id: above };
    return { session_id: parent, run_id: own, ...below, agent_id: 'gemini-cli' };
  };

  const readMessage = (message: JsonObject): Draft[] => {
    if (message.type === 'user') readPrompt(message);
    if (message.type !== 'gemini') return [];
    const tokens = objectAt(message, 'tokens');
    const asks = objectsAt(message, 'toolCalls');
    if (tokens === undefined && asks.length === 0) return [];
    const id = requiredText(message, 'id');
    const time = requiredMicros(message, 'timestamp');
    const place = placeAt(time);
    const calls = asks.flatMap((call): Draft[] => {
      const [callId, name] = [textAt(call, 'id', 'toolCalls'), textAt(call, 'name', 'toolCalls')];
      const status = textAt(call, 'status', 'toolCalls');
      if (callId === undefined || name === undefined || !isOver(status)) return [];
      return [
        {
          key: id,
          event: {
            type: 'tool_call',
            id: callId,
            ...place,
            occurred_at: timeText(microsAt(call, 'timestamp', 'toolCalls') ?? time),
            tool_name: name,
            tool_call_id: callId,
            error: status !== 'success',
          },
        },
      ];
    });
    // The client adds calls to a message without tokens if another message came while they ran.
    if (tokens === undefined) return calls;
    const count = (name: string) => countAt(tokens, name, 'tokens');
    const [input, tool, output] = [count('input'), count('tool'), count('output')];
    const thoughts = count('thoughts');
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
    parts(record) {
      const set = objectAt(record, '$set');
      return [record, ...(set ? objectsAt(set, 'messages') : []), ...objectsAt(record, 'messages')];
    },
    read(record) {
      session ??= textAt(record, 'sessionId');
      return readMessage(record);
    },
    settle: () => [],
    isOpen: () => false,
    remember() {
      const isMain = parent === undefined && prompts.length > 0;
      return new Map(isMain ? [[session ?? fallback, { prompts }]] : []);
    },
    save: () => ({ session, prompt, prompts }),
  };
}

const isOver = (status: string | undefined) =>
  status === 'success' || status === 'error' || status === 'cancelled';

/** Absent only if both are. */
const sum = (a: number | undefined, b: number | undefined) =>
  a === undefined && b === undefined ? undefined : (a ?? 0) + (b ?? 0);
