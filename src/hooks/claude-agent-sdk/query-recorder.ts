import { isRawObject } from '../../events/check/normalize-event.js';
import type { RunStatus } from '../../events/codes.js';
import { claudeMetrics, readCounts } from '../../ingest/formats/claude-code/claude-usage.js';
import type { JsonObject } from '../../ingest/formats/log/log-record.js';
import { anthropicProvider } from '../../ingest/formats/log/model-name.js';
import type { HookOptions } from '../record/emitter.js';
import { aborted, shortText } from '../record/failure.js';
import { type OpenRun, openRun } from '../record/open-run.js';
import type { Recorder } from '../record/recorder.js';
import { openRunHere } from '../record/track-run.js';
import { openThread, type PendingMessage, readContent, type Thread } from './thread.js';
import { createTurnUsage, isOutput, type ModelRest, plus } from './turn-usage.js';

/** Records the messages of a query. */
export interface QueryRecorder {
  /** `wasInterrupted`: somebody requested the end of the turn. */
  read(message: JsonObject, wasInterrupted: boolean): void;
  /** The end of the query, or of a turn without a result. */
  end(status: RunStatus): void;
}

/** The key of the main agent's thread; other threads have the id of the call that started them. */
const mainKey = '';

/** The maximum number of agents in one turn. */
const mostThreads = 1_000;

export function createQueryRecorder(
  recorder: Recorder,
  options: HookOptions & { readonly isResumed: boolean },
): QueryRecorder {
  const withText = options.error_text === true;
  const usage = createTurnUsage(options.isResumed);
  const threads = new Map<string, Thread>();
  /** Tool calls whose agents continue after the call has its result. */
  const inBackground = new Set<string>();
  /** The agent of a tool call, and the agent that it starts. */
  const callers = new Map<string, { readonly by: Thread; readonly agent?: string | undefined }>();
  let cost = options.isResumed ? undefined : 0;
  let began = performance.now();

  const count = (key: string, { model, counts }: Pick<PendingMessage, 'model' | 'counts'>) =>
    usage.add(model === '<synthetic>' ? undefined : model, counts, key === mainKey);

  const add = (key: string, run: OpenRun): Thread => {
    const thread = openThread(run, (message) => count(key, message));
    if (threads.size < mostThreads) threads.set(key, thread);
    return thread;
  };
  const mainThread = (message: JsonObject): Thread => {
    const known = threads.get(mainKey);
    if (known !== undefined) return known;
    const session_id = options.session_id ?? shortText(message.session_id);
    return add(mainKey, openRunHere(recorder, { ...options, session_id, began }));
  };
  const threadOf = (message: JsonObject): Thread => {
    const main = mainThread(message);
    const key = message.parent_tool_use_id;
    if (typeof key !== 'string') return main;
    const known = threads.get(key);
    if (known !== undefined) return known;
    const caller = callers.get(key);
    const parent = (caller?.by ?? main).run;
    const name = shortText(message.subagent_type) ?? caller?.agent;
    const run_id = `${parent.run_id.slice(0, 100)}/${key}`;
    return add(key, openRun(recorder, { run_id, parent, agent_id: name, agent_name: name }));
  };
  const close = (key: string, status: RunStatus) => {
    const thread = threads.get(key);
    if (thread === undefined || key === mainKey) return;
    if (status !== 'completed') thread.abandon(aborted);
    // Its last message waits for the result, which may have more data for it.
    thread.run.end(status);
  };

  const assistant = (message: JsonObject) => {
    const { message: said, error } = message;
    if (!isRawObject(said)) return;
    const thread = threadOf(message);
    const counts = readCounts(isRawObject(said.usage) ? said.usage : {}, 'message.usage');
    const pending = thread.hear({ id: String(said.id), model: shortText(said.model), counts });
    if (typeof error === 'string') pending.error = error;
    else if (message.aborted === true) pending.error = aborted;
    for (const { id, input } of thread.call(readContent(said))) {
      const agent = isRawObject(input) ? shortText(input.subagent_type) : undefined;
      if (callers.size < 10_000) callers.set(String(id), { by: thread, agent });
    }
  };

  /** With partial messages, the counts are correct as soon as a message ends. */
  const streamed = (message: JsonObject) => {
    const { event } = message;
    if (!isRawObject(event)) return;
    const thread = threadOf(message);
    if (event.type === 'message_start' && isRawObject(event.message)) {
      const { id, model, usage: counted } = event.message;
      const counts = readCounts(isRawObject(counted) ? counted : {}, 'event.message.usage');
      thread.hear({ id: String(id), model: shortText(model), counts });
      return;
    }
    const { pending } = thread;
    if (pending === undefined) return;
    if (event.type === 'content_block_delta') pending.firstTokenAt ??= performance.now();
    if (event.type === 'message_delta' && isRawObject(event.usage)) {
      thread.hear({ ...pending, counts: readCounts(event.usage, 'event.usage') });
    }
  };

  const user = (message: JsonObject) => {
    if (message.isReplay === true) return;
    const thread = threadOf(message);
    const content = readContent(message.message);
    for (const id of thread.results(content, withText)) {
      const failed = content.some((block) => block.tool_use_id === id && block.is_error === true);
      if (!inBackground.has(id)) close(id, failed ? 'error' : 'completed');
    }
  };

  const system = (message: JsonObject) => {
    const { subtype, tool_use_id: id, status, error_status, error } = message;
    if (subtype === 'init') mainThread(message);
    if (subtype === 'api_retry') {
      const kind = typeof error_status === 'number' ? `HTTP ${error_status}` : String(error);
      mainThread(message).run.message({ error: kind });
    }
    if (typeof id !== 'string') return;
    if (subtype === 'task_started' && message.is_backgrounded === true) inBackground.add(id);
    if (subtype !== 'task_notification' || !inBackground.delete(id)) return;
    close(id, status === 'completed' ? 'completed' : status === 'failed' ? 'error' : 'cancelled');
  };

  /** Adds usage that only the result has to the waiting messages. Returns usage that no message reported. */
  const addRest = (main: Thread, result: JsonObject): readonly ModelRest[] => {
    const waiting = [...threads].flatMap(([key, { pending }]) =>
      pending ? [{ key, pending }] : [],
    );
    for (const { key, pending } of waiting) count(key, pending);
    const missing = usage.missingOutput(result);
    if (missing !== undefined && main.pending !== undefined) {
      main.pending.counts = plus(main.pending.counts, missing);
      count('its main part is known', { model: main.pending.model, counts: missing });
    }
    return usage.rest(result).filter(({ counts, isOf }) => {
      const [one, ...others] = waiting.filter(({ key, pending }) => key && isOf(pending.model));
      if (one === undefined || others.length > 0 || !isOutput(counts)) return true;
      one.pending.counts = plus(one.pending.counts, counts);
      return false;
    });
  };

  /** Records everything that waits, and ends the turn. */
  const settle = (status: RunStatus, result: JsonObject | undefined) => {
    const main = threads.get(mainKey);
    if (main === undefined) return;
    const rest = (result && recorder.guard(() => addRest(main, result))) ?? [];
    for (const [key, thread] of threads) {
      thread.flush();
      thread.abandon(aborted);
      if (key !== mainKey) thread.run.end(status === 'completed' ? 'completed' : 'cancelled');
    }
    for (const { model, counts } of rest) {
      const provider = anthropicProvider('msg_', model);
      main.run.message({ model, provider, error: false, metrics: claudeMetrics(counts) });
    }
    const seconds = (name: string) => {
      const value = result?.[name];
      return typeof value === 'number' && value >= 0 ? value / 1_000 : undefined;
    };
    // The cost of a resumed session includes earlier turns, so its first result says nothing about this turn.
    const total = typeof result?.total_cost_usd === 'number' ? result.total_cost_usd : undefined;
    const spent = total === undefined || cost === undefined ? undefined : total - cost;
    cost = total ?? cost;
    main.run.end(status, {
      time: seconds('duration_ms'),
      time_to_first_token: seconds('ttft_ms'),
      cost: spent !== undefined && spent >= 0 ? spent : undefined,
    });
    threads.clear();
    callers.clear();
    began = performance.now();
  };

  return {
    read(message, wasInterrupted) {
      if (message.type === 'assistant') assistant(message);
      else if (message.type === 'stream_event') streamed(message);
      else if (message.type === 'user') user(message);
      else if (message.type === 'system') system(message);
      else if (message.type === 'result') {
        mainThread(message);
        const isFine = message.subtype === 'success' && message.is_error !== true;
        settle(isFine ? 'completed' : wasInterrupted ? 'cancelled' : 'error', message);
      }
    },
    end: (status) => settle(status, undefined),
  };
}
