import type { Metrics } from '../../../events/metric-fields.js';
import type { Draft, LogFile, LogReader } from '../log/log-format.js';
import {
  amountAt,
  type JsonObject,
  objectAt,
  present,
  requiredMicros,
  requiredText,
  textAt,
  timeText,
} from '../log/log-record.js';
import { waitingCalls } from '../log/waiting-calls.js';
import {
  type CopilotCounts,
  countsAt,
  countsSince,
  isNothing,
  metricsOf,
} from './copilot-counts.js';
import { copilotSubagents } from './copilot-subagents.js';

interface Saved {
  readonly session?: string | undefined;
  readonly turn?: string | undefined;
  /** Whether it has records of single calls, which the totals of the session repeat. */
  readonly hasRecords?: boolean;
  readonly shutdowns?: number;
  readonly totals?: Readonly<Record<string, CopilotCounts>>;
  readonly calls?: unknown;
  readonly subagents?: unknown;
}

/** Reads the events of a session of Copilot CLI. */
export function openCopilotCli(file: LogFile, saved: Saved = {}): LogReader {
  let { session, turn, hasRecords = false, shutdowns = 0 } = saved;
  const totals = new Map<string, CopilotCounts>(Object.entries(saved.totals ?? {}));
  const calls = waitingCalls<{ readonly name: string; readonly time: number }>(saved.calls);
  const subagents = copilotSubagents(saved.subagents);
  const folder = file.name.split('/').at(-2) ?? file.name;

  const place = (record: JsonObject, of = session ?? folder) => {
    const id = textAt(record, 'agentId');
    if (id === undefined) return { session_id: of, run_id: turn ?? of, agent_id: 'copilot-cli' };
    const { name = 'copilot-cli', parent = turn } = subagents.get(id) ?? {};
    return { session_id: of, run_id: id, ...present({ parent_run_id: parent }), agent_id: name };
  };
  const message = (
    record: JsonObject,
    {
      key,
      of,
      ...rest
    }: {
      readonly id: string;
      readonly key: string;
      readonly of?: string | undefined;
      readonly model: string | undefined;
      readonly metrics: Metrics;
    },
  ): Draft => ({
    key,
    event: present({
      type: 'message' as const,
      role: 'assistant' as const,
      ...place(record, of),
      occurred_at: timeText(requiredMicros(record, 'timestamp')),
      provider: 'github-copilot',
      ...rest,
    }),
  });

  const readUsage = (record: JsonObject, data: JsonObject): Draft[] => {
    const usage = objectAt(data, 'usage', 'data');
    if (usage === undefined) return [];
    const path = 'data.usage';
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
    const of = textAt(accounting, 'sourceSessionId');
    const key = `${of ?? session ?? folder} ${id}`;
    return [message(record, { id, key, of, model, metrics })];
  };

  const readShutdown = (record: JsonObject, data: JsonObject): Draft[] => {
    const models = objectAt(data, 'modelMetrics', 'data');
    if (hasRecords || models === undefined) return [];
    const now = Object.keys(models).map((model) => {
      const path = `data.modelMetrics.${model}`;
      const usage = objectAt(objectAt(models, model, 'data.modelMetrics') ?? {}, 'usage', path);
      return [model, countsAt(usage ?? {}, `${path}.usage`)] as const;
    });
    shutdowns += 1;
    return now.flatMap(([model, total]) => {
      const own = countsSince(totals.get(model) ?? {}, total);
      totals.set(model, total);
      if (isNothing(own)) return [];
      const id = `shutdown/${shutdowns}/${model}`;
      // A fork has the lines of its session, with the same ids.
      const key = `${textAt(record, 'id') ?? session ?? folder} ${id}`;
      return [message(record, { id, key, model, metrics: metricsOf(own) })];
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
        key: textAt(record, 'id'),
        event: {
          type: 'tool_call',
          id,
          ...place(record),
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
          // The process that resumes a session counts from zero, unless it joins one that still runs.
          if (data.sessionWasActive !== true) totals.clear();
          session = textAt(data, 'sessionId', 'data') ?? session;
          return [];
        case 'subagent.started':
          subagents.start(textAt(record, 'agentId'), {
            name: textAt(data, 'agentName', 'data'),
            parent: turn,
          });
          return [];
        case 'user.message':
        case 'assistant.turn_start':
          if (textAt(record, 'agentId') !== undefined) return [];
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
      subagents: subagents.save(),
    }),
  };
}
