import type { Draft } from '../log/log-format.js';
import { type JsonObject, objectAt, requiredMicros, textAt, timeText } from '../log/log-record.js';
import { waitingCalls } from '../log/waiting-calls.js';

/** The fields of an event that identify its session, run and agent. */
export interface CodexPlace {
  readonly session_id: string;
  readonly run_id: string;
  readonly parent_run_id?: string;
  readonly agent_id: string;
}

/** The tool calls of a thread, from request to result. */
export interface CodexCalls {
  /** A `response_item`: a requested call, or its output, whose text is never read. */
  item(record: JsonObject, payload: JsonObject, turn: string | undefined): readonly Draft[];
  /** An event that says how a call ended. */
  end(record: JsonObject, payload: JsonObject): readonly Draft[];
  dropped(): number;
  save(): unknown;
}

interface AskedCall {
  readonly name: string;
  readonly time: number;
  readonly turn: string | undefined;
}

const asks = new Set(['function_call', 'custom_tool_call', 'local_shell_call']);
const answers = new Set(['function_call_output', 'custom_tool_call_output']);
const ends = new Set(['exec_command_end', 'mcp_tool_call_end', 'patch_apply_end']);

/** `place` returns the session, run and agent of the calls of a turn. */
export function codexCalls(
  saved: unknown,
  place: (turn: string | undefined) => CodexPlace,
): CodexCalls {
  const calls = waitingCalls<AskedCall>(saved);
  const answered = (id: string, time: number, error: boolean): Draft[] => {
    const asked = calls.take(id);
    if (asked === undefined) return [];
    const seconds = (time - asked.time) / 1_000_000;
    return [
      {
        event: {
          type: 'tool_call',
          id,
          ...place(asked.turn),
          occurred_at: timeText(time),
          tool_name: asked.name,
          tool_call_id: id,
          error,
          ...(seconds < 0 ? {} : { metrics: { time: seconds } }),
        },
      },
    ];
  };
  return {
    item(record, payload, turn) {
      const id = textAt(payload, 'call_id', 'payload');
      if (id === undefined) return [];
      const type = String(payload.type);
      if (asks.has(type)) {
        const time = requiredMicros(record, 'timestamp');
        calls.add(id, { name: textAt(payload, 'name', 'payload') ?? 'local_shell', time, turn });
      } else if (answers.has(type) && calls.get(id) !== undefined) {
        const hasFailed = payload.status === 'failed' || payload.success === false;
        return answered(id, requiredMicros(record, 'timestamp'), hasFailed);
      }
      return [];
    },
    end(record, payload) {
      const done =
        payload.type === 'item_completed'
          ? objectAt(payload, 'item', 'payload')
          : ends.has(String(payload.type))
            ? payload
            : undefined;
      const id = done && (textAt(done, 'call_id') ?? textAt(done, 'id'));
      if (done === undefined || id === undefined || calls.get(id) === undefined) return [];
      const hasFailed =
        (typeof done.exit_code === 'number' && done.exit_code !== 0) ||
        done.status === 'failed' ||
        done.success === false;
      return answered(id, requiredMicros(record, 'timestamp'), hasFailed);
    },
    dropped: calls.dropped,
    save: calls.save,
  };
}
