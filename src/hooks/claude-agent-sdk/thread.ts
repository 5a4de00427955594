import { isRawObject } from '../../events/check/normalize-event.js';
import type { Metrics } from '../../events/metric-fields.js';
import {
  type ClaudeCounts,
  claudeMetrics,
  greater,
} from '../../ingest/formats/claude-code/claude-usage.js';
import { type JsonObject, objectsAt, present } from '../../ingest/formats/log/log-record.js';
import { anthropicProvider } from '../../ingest/formats/log/model-name.js';
import { type OpenRun, secondsBetween } from '../record/open-run.js';

/** A message of the model that may get more data. */
export interface PendingMessage {
  readonly id: string;
  readonly model: string | undefined;
  counts: ClaudeCounts;
  readonly began: number;
  ended: number;
  firstTokenAt?: number;
  error?: string;
}

/** A running agent: the main one, or one that a tool call started. */
export interface Thread {
  readonly run: OpenRun;
  /** The last message; it is recorded when the next one begins, or at the end of the turn. */
  readonly pending: PendingMessage | undefined;
  /** Updates a message. Of repeated counts, the greatest are kept. */
  hear(message: Omit<PendingMessage, 'began' | 'ended'>): PendingMessage;
  /** Records the last message, including additions. */
  flush(): void;
  /** Adds the tool calls of a message. Returns the new ones. */
  call(content: readonly JsonObject[]): readonly JsonObject[];
  /** Records the calls that have results. Returns the ids of those calls. */
  results(content: readonly JsonObject[], withText: boolean): readonly string[];
  /** Records the calls that got no result. */
  abandon(error: string): void;
}

/** The maximum number of tool calls in flight. */
const mostCalls = 10_000;

/** `onDone` is called with each message when the next one begins. */
export function openThread(run: OpenRun, onDone: (message: PendingMessage) => void): Thread {
  const calls = new Map<string, { readonly name: string; readonly began: number }>();
  let pending: PendingMessage | undefined;
  // The model is called when the turn begins, and again when the results of tools have arrived.
  let askedAt = performance.now();

  const flush = () => {
    if (pending === undefined) return;
    const { id, model, counts, began, ended, firstTokenAt, error } = pending;
    pending = undefined;
    const metrics: Metrics = present({
      ...claudeMetrics(counts),
      time: secondsBetween(began, ended),
      time_to_first_token:
        firstTokenAt === undefined ? undefined : secondsBetween(began, firstTokenAt),
    });
    run.message({
      model: model === '<synthetic>' ? undefined : model,
      provider: anthropicProvider(id, model),
      error: error ?? false,
      occurred_at: new Date(performance.timeOrigin + ended),
      metrics,
    });
  };
  const end = (id: string, error: string | boolean) => {
    const call = calls.get(id);
    if (call === undefined) return;
    calls.delete(id);
    run.toolCall({
      tool_name: call.name,
      tool_call_id: id,
      error,
      metrics: { time: secondsBetween(call.began, performance.now()) },
    });
  };

  return {
    run,
    get pending() {
      return pending;
    },
    hear({ counts, ...message }) {
      const now = performance.now();
      if (pending?.id !== message.id) {
        if (pending !== undefined) onDone(pending);
        flush();
        pending = { ...message, counts, began: askedAt, ended: now };
        return pending;
      }
      pending.counts = greater(pending.counts, counts);
      pending.ended = now;
      return pending;
    },
    flush,
    call(content) {
      const now = performance.now();
      const fresh = content.filter(
        ({ type, id }) => type === 'tool_use' && typeof id === 'string' && !calls.has(id),
      );
      for (const { id, name } of fresh) {
        if (calls.size < mostCalls) calls.set(String(id), { name: String(name), began: now });
      }
      return fresh;
    },
    results(content, withText) {
      const ids: string[] = [];
      for (const block of content) {
        if (block.type !== 'tool_result' || typeof block.tool_use_id !== 'string') continue;
        ids.push(block.tool_use_id);
        const failed = block.is_error === true;
        end(block.tool_use_id, failed && withText ? (readText(block) ?? true) : failed);
      }
      if (ids.length > 0) askedAt = performance.now();
      return ids;
    },
    abandon(error) {
      for (const id of [...calls.keys()]) end(id, error);
    },
  };
}

/** The failure text of a tool. */
function readText(block: JsonObject): string | undefined {
  const texts =
    typeof block.content === 'string'
      ? [block.content]
      : objectsAt(block, 'content').map(({ text }) => (typeof text === 'string' ? text : ''));
  return texts.join('\n').slice(0, 2_000).replaceAll('\0', '').toWellFormed() || undefined;
}

/** The blocks of a message's content. */
export function readContent(message: unknown): readonly JsonObject[] {
  return isRawObject(message) ? objectsAt(message, 'content') : [];
}
