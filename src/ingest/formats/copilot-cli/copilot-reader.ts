import type { Metrics } from '../../../events/metric-fields.js';
import type { Draft, LogFile, LogReader } from '../log/log-format.js';
import {
  amountAt,
  countAt,
  type JsonObject,
  objectAt,
  present,
  requiredMicros,
  requiredText,
  textAt,
  timeText,
} from '../log/log-record.js';
import { waitingCalls } from '../log/waiting-calls.js';

type Counts = Readonly<Record<string, number | undefined>>;

interface Saved {
  readonly session?: string | undefined;
  readonly turn?: string | undefined;
  /** Whether it has records of single calls, which the totals of the session repeat. */
  readonly hasRecords?: boolean;
  readonly shutdowns?: number;
  readonly totals?: Readonly<Record<string, Counts>>;
  readonly calls?: unknown;
}

const names = [
  'inputTokens',
  'cacheReadTokens',
  'cacheWriteTokens',
  'outputTokens',
  'reasoningTokens',
] as const;

/** Reads the events of a session of Copilot CLI. */
export function openCopilotCli(file: LogFile, saved: Saved = {}): LogReader {
  let { session, turn, hasRecords = false, shutdowns = 0 } = saved;
  const totals = new Map<string, Counts>(Object.entries(saved.totals ?? {}));
  const calls = waitingCalls<{ readonly name: string; readonly time: number }>(saved.calls);
  const folder = file.name.split('/').at(-2) ?? file.name;

  const place = (of = session ?? folder) => ({
    session_id: of,
    run_id: turn ?? of,
    agent_id: 'copilot-cli',
  });
  const message = (
    id: string,
    time: number,
    of: string | undefined,
    rest: { readonly model: string | undefined; readonly metrics: Metrics },
  ): Draft => ({
    key: `${of ?? session ?? folder} ${id}`,
    event: present({
      type: 'message' as const,
      role: 'assistant' as const,
      id,
      ...place(of),
      occurred_at: timeText(time),
      provider: 'github-copilot',
      ...rest,
    }),
  });

  const readUsage = (record: JsonObject, data: JsonObject): Draft[] => {
    const usage = objectAt(data, 'usage', 'data');
    if (usage === undefined) return [];
    const path = 'data.usage';
    const time = requiredMicros(record, 'timestamp');
    const accounting = objectAt(usage, 'accounting', path) ?? {};
    const id =
      textAt(accounting, 'usageId') ?? textAt(usage, 'apiCallId') ?? requiredText(record, 'id');
    const [took, first] = [
      amountAt(usage, 'duration', path),
      amountAt(usage, 'timeToFirstTokenMs', path),
    ];
    const metrics = present({
      ...metricsOf(countsAt(usage, path)),
      time: took === undefined ? undefined : took / 1000,
      time_to_first_token: first === undefined ? undefined : first / 1000,
    });
    hasRecords = true;
    const model = textAt(usage, 'model', path);
    return [message(id, time, textAt(accounting, 'sourceSessionId'), { model, metrics })];
  };

  const readShutdown = (record: JsonObject, data: JsonObject): Draft[] => {
    const models = objectAt(data, 'modelMetrics', 'data');
    if (hasRecords || models === undefined) return [];
    const time = requiredMicros(record, 'timestamp');
    const now = Object.keys(models).map((model) => {
      const path = `data.modelMetrics.${model}`;
      const usage = objectAt(objectAt(models, model, 'data.modelMetrics') ?? {}, 'usage', path);
      return [model, countsAt(usage ?? {}, `${path}.usage`)] as const;
    });
    shutdowns += 1;
    return now.flatMap(([model, total]) => {
      const before = totals.get(model) ?? {};
      totals.set(model, total);
      const isReset = names.some((name) => (total[name] ?? 0) < (before[name] ?? 0));
      const own = Object.fromEntries(
        names.map((name) => {
          const count = total[name];
          return [name, count === undefined || isReset ? count : count - (before[name] ?? 0)];
        }),
      );
      if (names.every((name) => !own[name])) return [];
      const metrics = metricsOf(own);
      return [message(`shutdown/${shutdowns}/${model}`, time, undefined, { model, metrics })];
    });
  };

  const readTool = (record: JsonObject, data: JsonObject, isEnd: boolean): Draft[] => {
    const id = textAt(data, 'toolCallId', 'data');
    if (id === undefined) return [];
    if (!isEnd) {
      const name = textAt(data, 'toolName', 'data') ?? 'unknown';
      calls.add(id, { name, time: requiredMicros(record, 'timestamp') });
      return [];
    }
    if (calls.get(id) === undefined) return [];
    const time = requiredMicros(record, 'timestamp');
    const call = calls.take(id);
    const seconds = (time - (call?.time ?? time)) / 1_000_000;
    return [
      {
        event: {
          type: 'tool_call',
          id,
          ...place(),
          occurred_at: timeText(time),
          tool_name: call?.name ?? 'unknown',
          tool_call_id: id,
          error: data.success === false,
          ...(seconds < 0 ? {} : { metrics: { time: seconds } }),
        },
      },
    ];
  };

  return {
    read(record) {
      const data = objectAt(record, 'data');
      if (data === undefined) return [];
      switch (record.type) {
        case 'session.start':
        case 'session.resume':
          // The process that resumes a session counts from zero.
          totals.clear();
          session = textAt(data, 'sessionId', 'data') ?? session;
          return [];
        case 'user.message':
        case 'assistant.turn_start':
          turn = textAt(data, 'interactionId', 'data') ?? turn;
          return [];
        case 'session.usage_record':
          return readUsage(record, data);
        case 'session.shutdown':
          return readShutdown(record, data);
        case 'tool.execution_start':
          return readTool(record, data, false);
        case 'tool.execution_complete':
          return readTool(record, data, true);
        default:
          return [];
      }
    },
    settle: () => [],
    isOpen: () => false,
    dropped: calls.dropped,
    save: () => ({
      session,
      turn,
      hasRecords,
      shutdowns,
      totals: Object.fromEntries(totals),
      calls: calls.save(),
    }),
  };
}

const countsAt = (usage: JsonObject, path: string): Counts =>
  Object.fromEntries(names.map((name) => [name, countAt(usage, name, path)]));

const metricsOf = (counts: Counts): Metrics =>
  present({
    input_tokens: counts.inputTokens,
    cached_tokens: counts.cacheReadTokens,
    cache_write_tokens: counts.cacheWriteTokens,
    output_tokens: counts.outputTokens,
    reasoning_tokens: counts.reasoningTokens,
  });
