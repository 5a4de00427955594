import type { AgnoRecord } from './agno-record.js';

/** One tool call, joined from the two places where Agno reports it. */
export interface AgnoToolCall {
  /** Its id from the model; some models give none. */
  readonly tool_call_id: string | undefined;
  readonly tool_name: string;
  /** Seconds; undefined if not reported. */
  readonly time: number | undefined;
  readonly error: boolean | string | undefined;
  /** The message with its result; undefined if only the list of tools has it. */
  readonly message: PlacedMessage | undefined;
}

/** A message that belongs to the run, and its index among those. */
export interface PlacedMessage {
  readonly record: AgnoRecord;
  readonly index: number;
}

/** The data of one call in a `tool` message. */
interface Answer {
  readonly id: string | undefined;
  readonly name: string | undefined;
  /** Whether the message has only this call, so that its figures are those of the call. */
  readonly alone: boolean;
  readonly message: PlacedMessage;
}

/**
 * The calls of a run, each once: Agno writes a call as a message of role `tool`, and with more
 * detail in `tools`. The two are joined by id, or by name in order if the model gave no id.
 */
export function agnoToolCalls(
  response: AgnoRecord,
  messages: readonly PlacedMessage[],
): AgnoToolCall[] {
  const executions = new Set(response.records('tools'));
  const namesById = requestedNames(messages);
  const calls = messages
    .filter(({ record }) => record.text('role') === 'tool')
    .flatMap(findAnswers)
    .map((answer) => {
      const execution = [...executions].find((one) => isSameCall(one, answer));
      if (execution !== undefined) executions.delete(execution);
      return fromAnswer(answer, execution, namesById);
    });
  const unanswered = [...executions].filter((execution) => !isAwaited(execution));
  return [...calls, ...unanswered.map((one) => fromExecution(one, namesById))];
}

/** A `tool` message has one call, or, with Gemini, all calls of a turn in `tool_calls`. */
function findAnswers(message: PlacedMessage): Answer[] {
  const { record } = message;
  const combined = record.records('tool_calls');
  if (combined.length === 0) {
    const [id, name] = [record.text('tool_call_id'), record.text('tool_name')];
    return [{ id, name, alone: true, message }];
  }
  return combined.map((call) => ({
    id: call.text('tool_call_id'),
    name: call.text('tool_name'),
    alone: combined.length === 1,
    message,
  }));
}

function isSameCall(execution: AgnoRecord, { id, name }: Answer): boolean {
  return id === undefined
    ? name !== undefined && execution.text('tool_name') === name
    : execution.text('tool_call_id') === id;
}

/** Tool names by call id, as the assistant requested them. */
function requestedNames(messages: readonly PlacedMessage[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const { record } of messages) {
    if (record.text('role') === 'tool') continue;
    for (const call of record.records('tool_calls')) {
      const [id, name] = [call.text('id'), call.record('function')?.text('name')];
      if (id !== undefined && name !== undefined) names.set(id, name);
    }
  }
  return names;
}

function fromAnswer(
  { id, name, alone, message }: Answer,
  execution: AgnoRecord | undefined,
  namesById: ReadonlyMap<string, string>,
): AgnoToolCall {
  const { record } = message;
  const callId = id ?? execution?.text('tool_call_id');
  const requested = callId === undefined ? undefined : namesById.get(callId);
  // For a tool that does not exist, Agno returns a message without a call: nothing ran.
  const neverRan =
    execution === undefined && !record.has('metrics') && !record.has('tool_name') && alone;
  const own = alone ? record : undefined;
  return {
    tool_call_id: callId,
    tool_name: execution?.text('tool_name') ?? name ?? requested ?? 'unknown',
    time: timeOf(execution) ?? timeOf(own),
    error: neverRan
      ? 'not executed'
      : (execution?.flag('tool_call_error') ?? own?.flag('tool_call_error')),
    message,
  };
}

function fromExecution(
  execution: AgnoRecord,
  namesById: ReadonlyMap<string, string>,
): AgnoToolCall {
  const id = execution.text('tool_call_id');
  const requested = id === undefined ? undefined : namesById.get(id);
  return {
    tool_call_id: id,
    tool_name: execution.text('tool_name') ?? requested ?? 'unknown',
    time: timeOf(execution),
    error: execution.flag('tool_call_error'),
    message: undefined,
  };
}

const timeOf = (call: AgnoRecord | undefined) =>
  call?.record('metrics')?.number('time', 'duration');

/** Whether a paused run still waits for somebody before it makes the call: it has not been made yet. */
function isAwaited(execution: AgnoRecord): boolean {
  return (
    !execution.has('result') &&
    !execution.has('metrics') &&
    ['requires_confirmation', 'requires_user_input', 'external_execution_required'].some((name) =>
      execution.flag(name),
    )
  );
}
