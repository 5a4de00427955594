import { isRawObject } from '../../../events/check/normalize-event.js';
import type { Metrics } from '../../../events/metric-fields.js';
import type { Draft, LogFormat } from '../log/log-format.js';
import {
  amountAt,
  countAt,
  InvalidRecordError,
  type JsonObject,
  kindOf,
  objectAt,
  objectsAt,
  present,
  requiredText,
  textAt,
  timeText,
} from '../log/log-record.js';

/** The data of a part that comes from its context. */
interface Around {
  readonly session: string;
  readonly run: string;
  readonly model?: string | undefined;
  readonly provider?: string | undefined;
  /** Microseconds, if the part itself has no time. */
  readonly time?: number | undefined;
}

/** One record for each part of each message of `opencode export`, or the record itself. */
function partsOf(record: JsonObject): readonly JsonObject[] {
  const messages = objectsAt(record, 'messages');
  if (messages.length === 0) return [record];
  const session = objectAt(record, 'info') ?? {};
  return messages.flatMap(({ info, ...message }) =>
    objectsAt(message, 'parts').map((part) => ({ session, info, part })),
  );
}

function read(record: JsonObject): readonly Draft[] {
  const part = objectAt(record, 'part');
  if (part === undefined) return [];
  const info = objectAt(record, 'info');
  if (info !== undefined) return readExported(record, info, part);
  const session = requiredText(record, 'sessionID');
  return readPart(part, 'part', { session, run: session, time: millisAt(record, 'timestamp') });
}

/** A part of a message of `opencode export`. */
function readExported(record: JsonObject, info: JsonObject, part: JsonObject): readonly Draft[] {
  if (info.role !== 'assistant') return [];
  const session = requiredText(info, 'sessionID', 'messages.info');
  const times = objectAt(info, 'time', 'messages.info') ?? {};
  const created = millisAt(times, 'created');
  const ofSession = objectAt(objectAt(record, 'session') ?? {}, 'time', 'info') ?? {};
  const began = millisAt(ofSession, 'created');
  // A fork has copies of the messages before it, with new ids. They belong to the session that was forked.
  if (created !== undefined && began !== undefined && created < began) return [];
  return readPart(part, 'messages.parts', {
    session,
    run: session,
    model: textAt(info, 'modelID', 'messages.info'),
    provider: textAt(info, 'providerID', 'messages.info'),
    time: created ?? millisAt(times, 'completed'),
  });
}

function readPart(part: JsonObject, path: string, around: Around): readonly Draft[] {
  if (part.type === 'tool') return readTool(part, path, around);
  const tokens = part.type === 'step-finish' ? objectAt(part, 'tokens', path) : undefined;
  if (tokens === undefined) return [];
  if (around.time === undefined) {
    throw new InvalidRecordError('timestamp', 'milliseconds since 1970', 'nothing');
  }
  const { metrics, isCostRight } = readTokens(tokens, `${path}.tokens`, around.provider);
  const cost = amountAt(part, 'cost', path);
  // OpenCode writes 0 if it does not know the price.
  const isPriced = isCostRight && cost !== 0;
  return [
    {
      event: present({
        type: 'message' as const,
        role: 'assistant' as const,
        id: requiredText(part, 'id', path),
        session_id: around.session,
        run_id: around.run,
        agent_id: 'opencode',
        occurred_at: timeText(around.time),
        model: around.model,
        provider: around.provider,
        metrics: present({ ...metrics, cost: isPriced ? cost : undefined }),
      }),
    },
  ];
}

/**
 * OpenCode counts the cache separately from the input, and since April 2026 reasoning separately from the
 * output. Before, reasoning was part of the output except for Google's models, and it was added to the
 * cost a second time.
 */
function readTokens(tokens: JsonObject, path: string, provider: string | undefined) {
  const cache = objectAt(tokens, 'cache', path) ?? {};
  const [read, write] = [
    countAt(cache, 'read', `${path}.cache`),
    countAt(cache, 'write', `${path}.cache`),
  ];
  const reasoning = countAt(tokens, 'reasoning', path);
  const input = (countAt(tokens, 'input', path) ?? 0) + (read ?? 0) + (write ?? 0);
  const output = countAt(tokens, 'output', path) ?? 0;
  const total = countAt(tokens, 'total', path);
  const isWithin =
    (reasoning ?? 0) > 0 &&
    (reasoning ?? 0) <= output &&
    (total === undefined ? provider?.startsWith('google') !== true : total === input + output);
  const metrics: Metrics = present({
    input_tokens: input,
    cached_tokens: read,
    cache_write_tokens: write,
    output_tokens: isWithin ? output : output + (reasoning ?? 0),
    reasoning_tokens: reasoning,
  });
  return { metrics, isCostRight: !isWithin };
}

function readTool(part: JsonObject, path: string, around: Around): readonly Draft[] {
  const state = objectAt(part, 'state', path) ?? {};
  const id = textAt(part, 'callID', path);
  const name = textAt(part, 'tool', path);
  const isOver = state.status === 'completed' || state.status === 'error';
  if (!isOver || id === undefined || name === undefined) return [];
  const times = objectAt(state, 'time', `${path}.state`) ?? {};
  const [start, end] = [millisAt(times, 'start'), millisAt(times, 'end') ?? around.time];
  if (end === undefined) return [];
  return [
    {
      event: {
        type: 'tool_call',
        id,
        session_id: around.session,
        run_id: around.run,
        agent_id: 'opencode',
        occurred_at: timeText(end),
        tool_name: name,
        tool_call_id: id,
        error: state.status === 'error',
        ...(start === undefined || end < start
          ? {}
          : { metrics: { time: (end - start) / 1_000_000 } }),
      },
    },
  ];
}

/** Milliseconds since 1970, in microseconds. */
function millisAt(record: JsonObject, name: string): number | undefined {
  const value = record[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'number' && value >= 0) return Math.round(value * 1000);
  throw new InvalidRecordError(name, 'milliseconds since 1970', kindOf(value));
}

const isExported = (message: unknown) =>
  isRawObject(message) && isRawObject(message.info) && typeof message.info.sessionID === 'string';

/** The output of `opencode run --format json` or `opencode export`. */
export const opencode: LogFormat = {
  name: 'opencode',
  doc: 'What `opencode run --format json` prints, or `opencode export` writes',
  isAgent: true,
  roots: () => [],
  isLog: (path) => (/\.jsonl?$/.test(path) ? { order: 0 } : false),
  sortBy: 'name',
  recognizes: (head) =>
    head.some(
      ({ sessionID, part, messages }) =>
        (typeof sessionID === 'string' && isRawObject(part)) ||
        (Array.isArray(messages) && messages.some(isExported)),
    ),
  unit: (path) => (path.endsWith('.json') ? 'document' : 'lines'),
  open: () => ({ parts: partsOf, read, settle: () => [], isOpen: () => false, save: () => ({}) }),
};
