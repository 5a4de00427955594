import { randomUUID } from 'node:crypto';
import type { RunStatus } from '../../events/codes.js';
import { mergedLabels } from '../../events/labels.js';
import type { Metrics } from '../../events/metric-fields.js';
import { present } from '../../ingest/formats/log/log-record.js';
import type { Identity } from './emitter.js';
import { shortText } from './failure.js';
import type { Recorder } from './recorder.js';

/** A model call in a hook. */
export interface ModelCall {
  readonly model?: string | undefined;
  readonly provider?: string | undefined;
  readonly metrics?: Metrics | undefined;
  readonly error?: string | boolean | undefined;
  /** When it ended. Defaults to now. */
  readonly occurred_at?: Date | undefined;
}

/** A tool call in a hook. */
export interface ToolCall {
  readonly tool_name: string;
  readonly tool_call_id?: string | undefined;
  readonly metrics?: Metrics | undefined;
  readonly error?: string | boolean | undefined;
  /** When it ended. Defaults to now. */
  readonly occurred_at?: Date | undefined;
}

/** An open run. */
export interface OpenRun {
  readonly run_id: string;
  readonly session_id: string;
  /** The attributes that a run inside this one inherits. */
  readonly inherited: Identity;
  message(call: ModelCall): void;
  toolCall(call: ToolCall): void;
  /** Records the end, by default with the time since the start; a second end is ignored. */
  end(status: RunStatus, metrics?: Metrics): void;
}

/** The start of a run. */
export interface RunStart extends Identity {
  readonly run_id?: string | undefined;
  /** The run that delegated to this one. */
  readonly parent?: OpenRun | undefined;
  /** When it began, by `performance.now()`. Defaults to now. */
  readonly began?: number | undefined;
}

/** Starts a run. The session and user of a surrounding run override those of `start`. */
export function openRun(recorder: Recorder, options: RunStart): OpenRun {
  const { parent, run_id, began = performance.now(), ...start } = options;
  const runId = shortText(run_id) ?? randomUUID();
  const who = { ...start, ...parent?.inherited };
  const sessionId = shortText(who.session_id) ?? runId;
  const envelope = present({
    run_id: runId,
    session_id: sessionId,
    parent_run_id: parent?.run_id,
    user_id: shortText(who.user_id),
    agent_id: shortText(who.agent_id),
    agent_name: shortText(who.agent_name),
    team_id: shortText(who.team_id),
    workflow_id: shortText(who.workflow_id),
    ...mergedLabels(start, { ...parent?.inherited }),
  });
  let sequence = 0;
  let hasEnded = false;
  /** Orders events of the same millisecond. */
  const place = () => ({ ...envelope, sequence: sequence++ });
  return {
    run_id: runId,
    session_id: sessionId,
    inherited: present({
      session_id: sessionId,
      user_id: envelope.user_id,
      team_id: envelope.team_id,
      workflow_id: envelope.workflow_id,
      labels: envelope.labels,
    }),
    message({ model, provider, ...call }) {
      recorder.record({
        type: 'message',
        role: 'assistant',
        ...place(),
        ...present({ ...call, model: shortText(model), provider: shortText(provider) }),
      });
    },
    toolCall({ tool_name, tool_call_id, ...call }) {
      recorder.record({
        type: 'tool_call',
        ...place(),
        tool_name: shortText(tool_name) ?? 'unnamed',
        ...present({ ...call, tool_call_id: shortText(tool_call_id) }),
      });
    },
    end(status, metrics) {
      if (hasEnded) return;
      hasEnded = true;
      const timed = { time: secondsSince(began), ...present({ ...metrics }) };
      recorder.record({ type: 'run', ...place(), status, metrics: timed });
    },
  };
}

/** Seconds since a reading of `performance.now()`, to the microsecond. */
export const secondsSince = (began: number) => secondsBetween(began, performance.now());

/** Seconds between two readings of `performance.now()`, to the microsecond. */
export const secondsBetween = (began: number, ended: number) =>
  Math.max(0, Math.round((ended - began) * 1_000)) / 1_000_000;
