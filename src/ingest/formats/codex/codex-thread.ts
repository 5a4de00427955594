import { isRawObject } from '../../../events/check/normalize-event.js';
import { type JsonObject, microsAt, objectAt, textAt } from '../log/log-record.js';

/** The data of a thread in the first `session_meta`. */
export interface CodexThread {
  readonly id: string;
  readonly session: string;
  readonly agent: string;
  readonly provider: string | undefined;
  /** Whether its totals continue those of another thread, or of an earlier page. */
  readonly goesOn: boolean;
  /** Whether it may begin with lines of another thread, from which only its first total is read. */
  readonly hasReplay: boolean;
  /** Whether its lines may continue in the file of a later page. */
  readonly isPaginated: boolean;
}

/** Reads the payload of a `session_meta`. */
export function readThread(payload: JsonObject, fallback: string): CodexThread {
  const id = textAt(payload, 'id', 'payload') ?? fallback;
  const source = isRawObject(payload.source) ? payload.source : {};
  const subagent = isRawObject(source.subagent) ? source.subagent : undefined;
  const spawn = subagent && objectAt(subagent, 'thread_spawn');
  const parent =
    textAt(payload, 'parent_thread_id', 'payload') ?? (spawn && textAt(spawn, 'parent_thread_id'));
  const role =
    (spawn && textAt(spawn, 'agent_role')) ??
    textAt(payload, 'agent_role', 'payload') ??
    (typeof source.subagent === 'string' ? source.subagent : undefined);
  const isFork = textAt(payload, 'forked_from_id', 'payload') !== undefined;
  const hasBase = isRawObject(payload.history_base);
  return {
    id,
    session: textAt(payload, 'session_id', 'payload') ?? parent ?? id,
    agent: role ?? 'codex',
    provider: textAt(payload, 'model_provider', 'payload'),
    goesOn: isFork || hasBase,
    hasReplay: isFork && !hasBase,
    isPaginated: payload.history_mode === 'paginated',
  };
}

/** The time in a UUIDv7, in milliseconds; undefined for another id. */
export function uuidTime(id: string): number | undefined {
  const hex = id.replaceAll('-', '');
  return /^[0-9a-f]{12}7/.test(hex) ? Number.parseInt(hex.slice(0, 12), 16) : undefined;
}

/** Whether a turn belongs to the thread itself, and is not repeated from the thread that it was forked from. */
export function isOwnTurn(turn: string, thread: CodexThread): boolean {
  const [began, forked] = [uuidTime(turn), uuidTime(thread.id)];
  return began !== undefined && forked !== undefined && began >= forked;
}

/** The lines of another thread at the start of a fork, which were all written when it was forked. */
export interface Replay {
  /**
   * Whether a line follows them whose turns have no ids, as in versions before 2026. Such a line comes a
   * second or more after the line before it, because a turn waits for its model.
   */
  isOver(record: JsonObject, payload: JsonObject): boolean;
  save(): JsonObject;
}

/** The shortest pause after which a line is no longer part of a replay, in microseconds. */
const pause = 1_000_000;

export function openReplay(saved: JsonObject = {}): Replay {
  let isNameless = saved.isNameless === true;
  let last = typeof saved.last === 'number' ? saved.last : undefined;
  return {
    isOver(record, payload) {
      const time = microsAt(record, 'timestamp');
      isNameless ||=
        record.type === 'turn_context' && textAt(payload, 'turn_id', 'payload') === undefined;
      const isLater = last !== undefined && time !== undefined && time - last >= pause;
      last = time ?? last;
      return isNameless && isLater;
    },
    save: () => ({ isNameless, last }),
  };
}
