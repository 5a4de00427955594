import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiError } from '../../../src/client.js';
import type { LoggedEvent } from '../../../src/query/log/events.js';
import { service } from '../../ask/service.js';

/** One line: an event, or many of one run that arrived together. */
export interface LiveRow {
  readonly id: string;
  readonly at: number;
  readonly event: LoggedEvent;
  /** How many events of the run this line represents. */
  readonly count: number;
}

/** If more arrive in one frame, they are grouped by run. */
const mostOfAFrame = 50;
export const mostRows = 500;
/** The period over which the rates are counted, in milliseconds. */
const windowMs = 60_000;

/** The events of the last minute. */
export interface LiveRates {
  readonly events: number;
  readonly cost: number;
  /** Messages among them with tokens and without a price. */
  readonly unpriced: number;
  readonly errors: number;
  /** Seconds since the stream began, at most 60. */
  readonly seconds: number;
}

/** Follows the log while `runs` is true. It continues after the last event without a gap. */
export function useLiveRows(runs: boolean, isWanted: (event: LoggedEvent) => boolean) {
  const [rows, setRows] = useState<readonly LiveRow[]>([]);
  const [fault, setFault] = useState<unknown>();
  const [note, setNote] = useState<string>();
  const [state] = useState(() => ({
    after: undefined as string | undefined,
    recent: [] as { at: number; cost: number; isUnpriced: boolean; failed: boolean }[],
    began: Date.now(),
  }));
  const wanted = useRef(isWanted);
  wanted.current = isWanted;
  const [, tick] = useState(0);
  useEffect(() => {
    if (!runs) return undefined;
    const ending = new AbortController();
    let waiting: { id: string; event: LoggedEvent }[] = [];
    const show = () => {
      if (waiting.length === 0) return;
      const came = waiting;
      waiting = [];
      const at = Date.now();
      const taken = came.filter(({ event }) => wanted.current(event));
      for (const { event } of taken) {
        state.recent.push({
          at,
          cost: event.type === 'run' ? 0 : (event.cost ?? 0),
          isUnpriced: isUnpriced(event),
          failed: event.error === true || event.status === 'error',
        });
      }
      const lines =
        taken.length > mostOfAFrame
          ? byRun(taken, at)
          : taken.map(({ id, event }) => ({ id, at, event, count: 1 }));
      setRows((before) => [...lines.reverse(), ...before].slice(0, mostRows));
    };
    const timer = setInterval(() => {
      show();
      const since = Date.now() - windowMs;
      while (state.recent[0] !== undefined && state.recent[0].at < since) state.recent.shift();
      tick((count) => count + 1);
    }, 250);
    const follow = async () => {
      try {
        for await (const message of service.tail({
          only: 'events',
          after: state.after,
          // After a pause before the first event, it continues from the start of the stream.
          on_place: (id) => {
            state.after = id;
          },
          signal: ending.signal,
        })) {
          if (ending.signal.aborted) return;
          state.after = message.id;
          if (message.type === 'event') waiting.push({ id: message.id, event: message.event });
        }
      } catch (error) {
        if (ending.signal.aborted) return;
        if (error instanceof ApiError && error.status === 410) {
          state.after = undefined;
          setNote(
            'The stream started again. Events from more than a day ago are missing here; Sessions has them.',
          );
          return void follow();
        }
        setFault(error);
      }
    };
    setFault(undefined);
    void follow();
    return () => {
      ending.abort();
      clearInterval(timer);
      // Shows the received events. The stream continues after them.
      show();
    };
  }, [runs]);
  const recent = state.recent;
  const rates: LiveRates = {
    events: recent.length,
    cost: recent.reduce((sum, { cost }) => sum + cost, 0),
    unpriced: recent.filter((one) => one.isUnpriced).length,
    errors: recent.filter(({ failed }) => failed).length,
    seconds: Math.max(1, Math.min(60, (Date.now() - state.began) / 1000)),
  };
  return { rows, rates, fault, note, clear: () => setRows([]) };
}

/** As the totals count them: an answer that used tokens and has no cost. */
const isUnpriced = ({ type, role, cost, total_tokens, input_tokens, output_tokens }: LoggedEvent) =>
  type === 'message' &&
  role === 'assistant' &&
  cost === null &&
  (total_tokens ?? input_tokens ?? output_tokens) !== null;

function byRun(
  came: readonly { readonly id: string; readonly event: LoggedEvent }[],
  at: number,
): LiveRow[] {
  const groups = new Map<string, LiveRow>();
  for (const { id, event } of came) {
    const key = JSON.stringify([event.session_id, event.run_id]);
    groups.set(key, { id, at, event, count: (groups.get(key)?.count ?? 0) + 1 });
  }
  return [...groups.values()];
}
