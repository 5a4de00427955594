import type { Draft, LogFile, LogReader } from '../log/log-format.js';
import {
  amountAt,
  InvalidRecordError,
  type JsonObject,
  objectAt,
  present,
  requiredMicros,
  textAt,
  timeText,
} from '../log/log-record.js';
import { codexCalls } from './codex-calls.js';
import { type CodexThread, isOwnTurn, openReplay, readThread } from './codex-thread.js';
import {
  type CodexCounts,
  callId,
  codexCounts,
  codexMetrics,
  differenceOf,
  isSame,
  isZero,
  latestRecorded,
  noCounts,
} from './codex-totals.js';

interface Saved {
  readonly thread?: CodexThread;
  readonly isOwn?: boolean;
  readonly replay?: JsonObject;
  readonly model?: string | undefined;
  readonly turn?: string | undefined;
  readonly parent?: string | undefined;
  readonly total?: CodexCounts | null;
  readonly recorded?: CodexCounts | null;
  readonly calls?: unknown;
}

/** Reads a rollout of Codex: a thread, or a page of a thread. */
export function openCodex(file: LogFile, saved: Saved = {}): LogReader {
  let { thread, isOwn = true, model, turn, parent, total = noCounts, recorded = null } = saved;
  const fallback =
    file.name
      .split('/')
      .at(-1)
      ?.replace(/\.jsonl(\.zst)?$/, '') ?? '';
  const replay = openReplay(saved.replay);
  const here = (): CodexThread => (thread ??= readThread({}, fallback));
  const begin = (payload: JsonObject) => {
    if (thread !== undefined) return;
    thread = readThread(payload, fallback);
    isOwn = !thread.hasReplay;
    total = thread.goesOn ? null : noCounts;
    // A page may begin in the middle of a turn.
    const known = file.recall(thread.id);
    model ??= known && textAt(known, 'model');
    turn ??= known && textAt(known, 'turn');
    parent ??= known && textAt(known, 'parent');
  };
  const enter = (id: string | undefined) => {
    if (id === undefined) return;
    turn = id;
    isOwn ||= isOwnTurn(id, here());
  };
  const place = (of = turn) => {
    const { id, session, agent } = here();
    return {
      session_id: session,
      run_id: of ?? id,
      ...(parent === undefined || of !== turn ? {} : { parent_run_id: parent }),
      agent_id: agent,
    };
  };

  const calls = codexCalls(saved.calls, place);

  /** A call by the total after it, and by its own figures, which are used if `isOwnExact`. */
  const call = (
    record: JsonObject,
    now: CodexCounts,
    own: CodexCounts | null,
    { path, isOwnExact }: { readonly path: string; readonly isOwnExact: boolean },
  ) => {
    const before = total ?? (own === null ? noCounts : differenceOf(now, own)) ?? noCounts;
    const isRepeated = isSame(now, before);
    const figures = isOwnExact ? own : (differenceOf(now, before) ?? own);
    total = now;
    if (!isOwn || isRepeated || figures === null || isZero(figures)) return [];
    const time = requiredMicros(record, 'timestamp');
    const { id, provider } = here();
    const draft: Draft = {
      key: callId(id, now),
      event: present({
        type: 'message' as const,
        role: 'assistant' as const,
        id: callId(id, now),
        ...place(),
        occurred_at: timeText(time),
        model,
        provider,
        metrics: codexMetrics(figures, path),
      }),
    };
    return [draft];
  };

  const ended = (record: JsonObject, payload: JsonObject, status: 'completed' | 'cancelled') => {
    const id = textAt(payload, 'turn_id', 'payload') ?? turn;
    if (!isOwn || id === undefined) return [];
    const milliseconds = amountAt(payload, 'duration_ms', 'payload');
    const first = amountAt(payload, 'time_to_first_token_ms', 'payload');
    const metrics = present({
      time: milliseconds === undefined ? undefined : milliseconds / 1000,
      time_to_first_token: first === undefined ? undefined : first / 1000,
    });
    const draft: Draft = {
      event: {
        type: 'run',
        id: `${id}/end`,
        ...place(id),
        occurred_at: timeText(requiredMicros(record, 'timestamp')),
        status,
        ...(Object.keys(metrics).length === 0 ? {} : { metrics }),
      },
    };
    return [draft];
  };

  const readEvent = (record: JsonObject, payload: JsonObject): readonly Draft[] => {
    const { type } = payload;
    if (type === 'token_count') {
      const info = objectAt(payload, 'info', 'payload');
      const now = info && objectAt(info, 'total_token_usage', 'payload.info');
      if (info === undefined || now === undefined) return [];
      const last = objectAt(info, 'last_token_usage', 'payload.info');
      const path = 'payload.info.total_token_usage';
      const own = last ? codexCounts(last, 'payload.info.last_token_usage') : null;
      if (own !== null && recorded !== null && isSame(own, recorded)) {
        // The call of that record. The total may be another one: compacting lowers it, and a reviewer inherits it.
        total = codexCounts(now, path);
        return [];
      }
      return call(record, codexCounts(now, path), own, { path, isOwnExact: false });
    }
    if (type === 'task_started' || type === 'turn_started') {
      enter(textAt(payload, 'turn_id', 'payload'));
      const attribution = objectAt(payload, 'turn_attribution', 'payload');
      parent = attribution && textAt(attribution, 'parent_turn_id');
      return [];
    }
    if (type === 'task_complete' || type === 'turn_complete') {
      return ended(record, payload, 'completed');
    }
    if (type === 'turn_aborted') return ended(record, payload, 'cancelled');
    return calls.end(record, payload);
  };

  return {
    read(record) {
      const payload = objectAt(record, 'payload');
      if (payload === undefined) return [];
      if (record.type === 'session_meta') begin(payload);
      if (!isOwn) isOwn = replay.isOver(record, payload);
      if (record.type === 'turn_context') {
        enter(textAt(payload, 'turn_id', 'payload'));
        model = textAt(payload, 'model', 'payload') ?? model;
      }
      if (record.type === 'event_msg') return readEvent(record, payload);
      if (record.type === 'response_item') return isOwn ? calls.item(record, payload, turn) : [];
      if (record.type === 'compacted') recorded = latestRecorded(payload) ?? recorded;
      if (record.type !== 'token_usage_record') return [];
      const now = objectAt(payload, 'thread_token_usage', 'payload');
      const usage = objectAt(payload, 'usage', 'payload');
      if (now === undefined || usage === undefined) {
        throw new InvalidRecordError('payload.usage', 'an object', 'nothing');
      }
      enter(textAt(payload, 'turn_id', 'payload'));
      const counts = codexCounts(now, 'payload.thread_token_usage');
      recorded = codexCounts(usage, 'payload.usage');
      return call(record, counts, recorded, { path: 'payload.usage', isOwnExact: true });
    },
    settle: () => [],
    isOpen: () => false,
    dropped: calls.dropped,
    remember() {
      const isKept = thread?.isPaginated === true;
      return new Map(isKept ? [[here().id, present({ model, turn, parent })]] : []);
    },
    save: () => ({
      thread,
      isOwn,
      replay: replay.save(),
      model,
      turn,
      parent,
      total,
      recorded,
      calls: calls.save(),
    }),
  };
}
