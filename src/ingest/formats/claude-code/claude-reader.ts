import type { Draft, LogFile, LogReader } from '../log/log-format.js';
import {
  amountAt,
  InvalidRecordError,
  type JsonObject,
  kindOf,
  objectAt,
  objectsAt,
  requiredMicros,
  requiredText,
  textAt,
} from '../log/log-record.js';
import { modelName } from '../log/model-name.js';
import { waitingCalls } from '../log/waiting-calls.js';
import { type AskedCall, answerDraft } from './claude-calls.js';
import {
  addLine,
  type ClaudeLine,
  type ClaudeMessage,
  type ClaudePlace,
  isUnsent,
  loadMessage,
  messageDrafts,
  saveMessage,
} from './claude-message.js';
import { isNothing, readCounts, readInnerCalls } from './claude-usage.js';
import { recentMessages, type SavedRecent } from './recent-messages.js';

interface Saved {
  readonly prompt?: string | undefined;
  readonly sidePrompt?: string | undefined;
  readonly chains?: Readonly<Record<string, JsonObject>>;
  readonly recent?: SavedRecent;
  readonly calls?: unknown;
}

/** Ids of at least this length come from the provider; gateways write shorter constants. */
const leastIdLength = 16;

/** Reads a session file of Claude Code, or the file of one of its subagents. */
export function openClaudeCode(file: LogFile, saved: Saved = {}): LogReader {
  let { prompt, sidePrompt } = saved;
  const chains = new Map<string, ClaudeMessage>(
    Object.entries(saved.chains ?? {}).map(([chain, message]) => [chain, loadMessage(message)]),
  );
  const recent = recentMessages(saved.recent);
  const calls = waitingCalls<AskedCall>(saved.calls);
  const agentType = file.companion && textAt(file.companion, 'agentType');
  const fileSession =
    file.name
      .split('/')
      .at(-1)
      ?.replace(/\.jsonl$/, '') ?? '';

  const send = (message: ClaudeMessage): Draft[] => {
    if (!isUnsent(message)) return [];
    if (recent.isNew(message.id, message.counts)) return messageDrafts(message);
    message.sent = message.counts;
    return [];
  };
  const close = (chain: string): Draft[] => {
    const message = chains.get(chain);
    chains.delete(chain);
    return message === undefined ? [] : send(message);
  };

  const placeOf = (record: JsonObject): ClaudePlace => {
    const session =
      textAt(record, 'requestSessionId') ?? textAt(record, 'sessionId') ?? fileSession;
    const isSide = record.isSidechain === true;
    const agentId = isSide ? textAt(record, 'agentId') : undefined;
    const asked = isSide ? (sidePrompt ?? prompt) : prompt;
    const agent = textAt(record, 'attributionAgent') ?? (isSide ? agentType : undefined);
    return {
      session,
      run: agentId ?? asked ?? session,
      parent: agentId === undefined ? undefined : asked,
      agent: agent ?? 'claude-code',
      rank: isSide ? 1 : 0,
    };
  };

  const readAssistant = (record: JsonObject): Draft[] => {
    const message = objectAt(record, 'message');
    const usage = message && objectAt(message, 'usage', 'message');
    if (message === undefined || message.model === '<synthetic>') return [];
    const asks = objectsAt(message, 'content').filter(({ type }) => type === 'tool_use');
    // Tools run for a line without usage as well, which some gateways write.
    if (usage === undefined && (asks.length === 0 || message.id === undefined)) return [];
    const named = textAt(message, 'model', 'message');
    const counts = readCounts(usage ?? {}, 'message.usage');
    const inner = readInnerCalls(usage ?? {}, 'message.usage', named);
    if (isNothing(counts) && inner.length === 0 && asks.length === 0) return [];
    const raw = requiredText(message, 'id', 'message');
    const time = requiredMicros(record, 'timestamp');
    const milliseconds = amountAt(record, 'durationMs');
    const line: ClaudeLine = {
      uuid: textAt(record, 'uuid') ?? '',
      model: modelName(named, usage?.speed, usage?.service_tier),
      counts,
      inner,
      cost: amountAt(record, 'costUSD'),
      seconds: milliseconds === undefined ? undefined : milliseconds / 1000,
      isFinal: typeof message.stop_reason === 'string',
    };
    const chain = chainOf(record);
    const open = chains.get(chain);
    const isProviders = raw.length >= leastIdLength;
    const goesOn =
      open !== undefined && open.raw === raw && (isProviders || record.parentUuid === open.last);
    if (!isProviders && line.uuid === '') {
      throw new InvalidRecordError('uuid', 'a string', kindOf(record.uuid));
    }
    const drafts: Draft[] = [];
    let current: ClaudeMessage;
    if (goesOn) {
      addLine(open, line);
      current = open;
    } else {
      const id = isProviders ? raw : line.uuid;
      const place = placeOf(record);
      drafts.push(...close(chain));
      const { uuid: last, ...rest } = line;
      current = { id, raw, place, time, last, ...rest, sent: undefined };
      chains.set(chain, current);
    }
    for (const ask of asks) {
      const [id, name] = [textAt(ask, 'id'), textAt(ask, 'name')];
      if (id === undefined || name === undefined) continue;
      calls.add(id, { name, time, message: current.id, place: current.place });
    }
    return current.isFinal ? [...drafts, ...send(current)] : drafts;
  };

  const readUser = (record: JsonObject): Draft[] => {
    const message = objectAt(record, 'message');
    const answers =
      message === undefined
        ? []
        : objectsAt(message, 'content').filter(({ type }) => type === 'tool_result');
    const isSide = record.isSidechain === true;
    const id = textAt(record, 'promptId');
    if (answers.length > 0) {
      const waiting = answers.filter((answer) => calls.get(String(answer.tool_use_id)));
      const time = waiting.length === 0 ? 0 : requiredMicros(record, 'timestamp');
      if (isSide) sidePrompt = id ?? sidePrompt;
      else prompt = id ?? prompt;
      return waiting.flatMap((answer) => {
        const name = String(answer.tool_use_id);
        const call = calls.take(name);
        return call === undefined ? [] : [answerDraft(name, call, time, answer.is_error === true)];
      });
    }
    if (record.isMeta === true && id === undefined) return [];
    const drafts = close(chainOf(record));
    // The summary of a compacted history is no prompt: the turn goes on.
    if (record.isCompactSummary === true && id === undefined && (isSide || prompt !== undefined)) {
      return drafts;
    }
    if (isSide) sidePrompt = id ?? sidePrompt;
    else prompt = id ?? textAt(record, 'uuid') ?? prompt;
    return drafts;
  };

  return {
    read(record) {
      if (record.type === 'assistant') return readAssistant(record);
      return record.type === 'user' ? readUser(record) : [];
    },
    settle: () => [...chains.values()].flatMap(send),
    isOpen: () => [...chains.values()].some(isUnsent),
    dropped: calls.dropped,
    save: () => ({
      prompt,
      sidePrompt,
      chains: Object.fromEntries([...chains].map(([chain, one]) => [chain, saveMessage(one)])),
      recent: recent.save(),
      calls: calls.save(),
    }),
  };
}

/** The main chain of a session, or that of one agent. */
const chainOf = (record: JsonObject): string =>
  record.isSidechain === true ? `side ${textAt(record, 'agentId') ?? ''}` : 'main';
