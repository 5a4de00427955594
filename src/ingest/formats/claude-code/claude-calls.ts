import type { Draft } from '../log/log-format.js';
import { timeText } from '../log/log-record.js';
import { type ClaudePlace, placeFields } from './claude-message.js';

/** A requested tool call. */
export interface AskedCall {
  readonly name: string;
  /** When, in microseconds. */
  readonly time: number;
  /** The identity of the message that requested it. */
  readonly message: string;
  readonly place: ClaudePlace;
}

/** The event of a finished call. The text of call and result is never read. */
export function answerDraft(id: string, call: AskedCall, time: number, error: boolean): Draft {
  const seconds = (time - call.time) / 1_000_000;
  return {
    key: call.message,
    rank: call.place.rank,
    event: {
      type: 'tool_call',
      id,
      ...placeFields(call.place),
      occurred_at: timeText(time),
      tool_name: call.name,
      tool_call_id: id,
      error,
      ...(seconds < 0 ? {} : { metrics: { time: seconds } }),
    },
  };
}
