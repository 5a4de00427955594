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

function read(record: JsonObject): readonly Draft[] {
  const messages = objectsAt(record, 'messages');
  if (messages.length > 0) return messages.flatMap(readExported);
  const part = objectAt(record, 'part');
  if (part === undefined) return [];
  const session = requiredText(record, 'sessionID');
  return readPart(part, 'part', { session, run: session, time: millisAt(record, 'timestamp') });
}

/** A message of `opencode export`. */
function readExported(message: JsonObject): readonly Draft[] {
  const info = objectAt(message, 'info') ?? {};
  if (info.role !== 'assistant') return [];
  const session = requiredText(info, 'sessionID', 'messages.info');
  const times = objectAt(info, 'time', 'messages.info') ?? {};
  const around: Around = {
    session,
    run: session,
    model: textAt(info, 'modelID', 'messages.info'),
    provider: textAt(info, 'providerID', 'messages.info'),
    time: millisAt(times, 'completed') ?? millisAt(times, 'created'),
  };
  return objectsAt(message, 'parts').flatMap((part) => readPart(part, 'messages.parts', around));
}

function readPart(part: JsonObject, path: string, around: Around): readonly Draft[] {
  if (part.type === 'tool') return readTool(part, path, around);
  const tokens = part.type === 'step-finish' ? objectAt(part, 'tokens', path) : undefined;
  if (tokens === undefined) return [];
  if (around.time === undefined) {
    throw new InvalidRecordError('timestamp', 'milliseconds since 1970', 'nothing');
  }
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
        metrics: present({
          ...tokensOf(tokens, `${path}.tokens`),
          cost: amountAt(part, 'cost', path),
        }),
      }),
    },
  ];
}

/** OpenCode counts the cache separately from the input, and reasoning separately from the output. */
function tokensOf(tokens: JsonObject, path: string): Metrics {
  const cache = objectAt(tokens, 'cache', path) ?? {};
  const [read, write] = [
    countAt(cache, 'read', `${path}.cache`),
    countAt(cache, 'write', `${path}.cache`),
  ];
  const reasoning = countAt(tokens, 'reasoning', path);
  return present({
    input_tokens: (countAt(tokens, 'input', path) ?? 0) + (read ?? 0) + (write ?? 0),
    cached_tokens: read,
    cache_write_tokens: write,
    output_tokens: (countAt(tokens, 'output', path) ?? 0) + (reasoning ?? 0),
    reasoning_tokens: reasoning,
  });
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

/** The output of `opencode run --format json` or `opencode export`. */
export const opencode: LogFormat = {
  name: 'opencode',
  doc: 'What `opencode run --format json` prints, or `opencode export` writes',
  isAgent: true,
  roots: () => [],
  isLog: (path) => (/\.jsonl?$/.test(path) ? { order: 0 } : false),
  sortBy: 'name',
  recognizes: (head) =>
    head.some(({ sessionID, part }) => typeof sessionID === 'string' && typeof part === 'object'),
  unit: (path) => (path.endsWith('.json') ? 'document' : 'lines'),
  open: () => ({ read, settle: () => [], isOpen: () => false, save: () => ({}) }),
};
