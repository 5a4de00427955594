import type { Attributes } from '../../../events/attribute-fields.js';
import { nameBasedUuid } from '../../../events/event-id.js';
import type { MetricEventInput } from '../../../events/metric-event.js';
import type { Metrics } from '../../../events/metric-fields.js';
import { agnoMetrics, tokensBeside } from './agno-metrics.js';
import {
  agnoRole,
  agnoStatus,
  agnoTime,
  endName,
  isBeforeEnd,
  stepsBeforeEnd,
} from './agno-names.js';
import { type AgnoRecord, agnoRecord, InvalidAgnoRunError } from './agno-record.js';
import { agnoSideModels } from './agno-side-models.js';
import { type AgnoToolCall, agnoToolCalls, type PlacedMessage } from './agno-tool-calls.js';

/** Settings of `fromAgnoRun`. */
export interface AgnoRunOptions {
  /** The user, which an Agno 1.x response does not have. Defaults to the user of the response. */
  readonly user_id?: string | undefined;
}

/** The maximum nesting of teams: more than anybody builds, and less than the stack allows. */
const deepestTeam = 32;

/**
 * Turns an Agno run, as `RunResponse.to_dict()` (1.x) or `RunOutput.to_dict()` (2.x) writes it, into
 * events: one per message, one per tool call, one for the end of the run, and the same for each member
 * of a team. Ids are made from the run's id, so a response may be sent any number of times.
 * Messages that were replayed from history counted with their own run and are left out.
 * @throws InvalidAgnoRunError with the field, what was expected and what it got
 */
export function fromAgnoRun(response: unknown, options: AgnoRunOptions = {}): MetricEventInput[] {
  return convertRun(agnoRecord(response), { user_id: options.user_id, isStored: false }, 0);
}

/** The events of a run in a row, which may not have ended. @throws InvalidAgnoRunError */
export function fromStoredRun(run: unknown, user_id: string | undefined): MetricEventInput[] {
  return convertRun(agnoRecord(run), { user_id, isStored: true }, 0);
}

/** What members inherit from the run of their team. */
interface Inherited {
  readonly user_id: string | undefined;
  /** Whether the run is stored in a row, and not returned at its end. */
  readonly isStored: boolean;
  readonly session_id?: string | undefined;
  readonly parent_run_id?: string | undefined;
}

function convertRun(run: AgnoRecord, from: Inherited, depth: number): MetricEventInput[] {
  if (depth > deepestTeam) {
    throw new InvalidAgnoRunError(run.path, `at most ${deepestTeam} teams within teams`, 'more');
  }
  const runId = run.text('run_id');
  if (runId === undefined) throw run.fault('run_id', 'a string');
  const common = {
    run_id: runId,
    session_id: run.text('session_id') ?? from.session_id,
    ...readAttributes(run, from),
  };
  const messages = run
    .records('messages')
    .filter((message) => message.flag('from_history') !== true && !isCopied(message, run))
    .map((record, index): PlacedMessage => ({ record, index }));
  const endedAt = agnoTime(messages.at(-1)?.record) ?? agnoTime(run);
  const idOf = uniqueIds(runId);

  const beside = tokensBeside(common.provider, common.model);
  const models = agnoSideModels(
    run,
    messages
      .filter(({ record }) => agnoRole(record) === 'assistant')
      .map(({ record }) => agnoMetrics(record, true, beside)),
  );
  const events = messages.flatMap(({ record, index }): MetricEventInput[] => {
    const role = agnoRole(record);
    // Tool messages are the results of calls, and count as calls.
    if (role === 'tool') return [];
    const metrics = agnoMetrics(record, role === 'assistant', beside);
    const served = role === 'assistant' ? models.servedBy(metrics) : undefined;
    return [
      {
        type: 'message',
        // The purpose of a model other than the run's own is in the id of its message.
        id: idOf(`message/${index}${served === undefined ? '' : `/${served.type}`}`),
        ...common,
        ...(served === undefined ? {} : { model: served.model, provider: served.provider }),
        role,
        sequence: index,
        occurred_at: agnoTime(record) ?? endedAt,
        ...(metrics === undefined ? {} : { metrics }),
      },
    ];
  });
  const sideCalls = models.unreported.map(
    ({ type, model, provider, metrics }): MetricEventInput => ({
      type: 'message',
      id: idOf(`model/${type}/${model ?? ''}`),
      ...common,
      role: 'assistant',
      model,
      provider,
      sequence: messages.length,
      occurred_at: endedAt,
      metrics,
    }),
  );
  const calls = agnoToolCalls(run, messages).map(
    (call): MetricEventInput => ({
      type: 'tool_call',
      id: idOf(`tool_call/${call.tool_call_id ?? placeOf(call)}`),
      ...common,
      tool_name: call.tool_name,
      tool_call_id: call.tool_call_id,
      error: call.error,
      sequence: call.message?.index,
      occurred_at: agnoTime(call.message?.record) ?? endedAt,
      ...(call.time === undefined ? {} : { metrics: { time: call.time } }),
    }),
  );
  const isOpen = from.isStored && isBeforeEnd(run);
  const status = isOpen ? undefined : agnoStatus(run);
  const metrics = status === 'paused' ? undefined : readTimes(run);
  const end: MetricEventInput = {
    type: 'run',
    // A run that paused or failed may continue with the same id: that must not prevent its end.
    id: idOf(endName(status, messages.length)),
    ...common,
    status,
    // Agno's times are in seconds: within the same second, an end is after a failure, and a failure after a pause.
    sequence: Math.max(0, messages.length - stepsBeforeEnd(status)),
    occurred_at: endedAt,
    ...(metrics === undefined ? {} : { metrics }),
  };
  const members = [
    ...run.records('member_responses'),
    ...run.records('step_executor_runs'),
  ].flatMap((member) =>
    convertRun(
      member,
      { ...from, user_id: common.user_id, session_id: common.session_id, parent_run_id: runId },
      depth + 1,
    ),
  );
  return [...events, ...sideCalls, ...calls, ...(isOpen ? [] : [end]), ...members];
}

/**
 * Whether a message was copied from the run that this one was forked from: it is older than the fork.
 * Agno does not mark such copies as history.
 */
function isCopied(message: AgnoRecord, run: AgnoRecord): boolean {
  if (!run.has('forked_from_run_id')) return false;
  const [written, forked] = [message.number('created_at'), run.number('created_at')];
  return written !== undefined && forked !== undefined && written < forked;
}

function readAttributes(run: AgnoRecord, from: Inherited): Attributes {
  return {
    parent_run_id: run.text('parent_run_id') ?? from.parent_run_id,
    agent_id: run.text('agent_id'),
    agent_name: run.text('agent_name'),
    team_id: run.text('team_id'),
    workflow_id: run.text('workflow_id'),
    user_id: from.user_id ?? run.text('user_id'),
    model: run.text('model'),
    provider: run.text('model_provider'),
  };
}

/**
 * Ids made from the run's id. If a name occurs again in the same run, like the call ids of some
 * models, it gets a number; an id that is too long for the log becomes its name-based UUID.
 */
function uniqueIds(runId: string): (name: string) => string {
  const seen = new Map<string, number>();
  return (name) => {
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    const id = `${runId}/${name}${count === 1 ? '' : `#${count}`}`;
    return id.length > 200 ? nameBasedUuid(id) : id;
  };
}

const placeOf = (call: AgnoToolCall) => `at/${call.message?.index ?? 'end'}`;

/** Wall-clock seconds; Agno 1.x does not report them: its `time` lists those of the messages. */
function readTimes(run: AgnoRecord): Metrics | undefined {
  const given = run.record('metrics');
  const time = given?.number('duration');
  if (given === undefined || time === undefined) return undefined;
  const first = given.number('time_to_first_token');
  return first === undefined ? { time } : { time, time_to_first_token: first };
}
