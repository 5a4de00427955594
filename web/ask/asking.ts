import { signal } from '@preact/signals';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { now } from '../address/range.js';

/** The state of a request. */
export interface Asked<T> {
  /** The response, or an older one while a new one is loading. */
  readonly value: T | undefined;
  readonly error: unknown;
  /** Whether `value` is the response to an earlier request. */
  readonly isOld: boolean;
  again(): void;
}

/** Increases when everything on screen should be requested again. */
export const beat = signal(0);

/** Requests everything on screen again, with the current time. */
export function askAnew(): void {
  now.value = Date.now();
  beat.value++;
}

const answers = new Map<string, unknown>();
const mostAnswers = 80;

function keep(key: string, value: unknown): void {
  answers.delete(key);
  answers.set(key, value);
  const [oldest] = answers.keys();
  if (answers.size > mostAnswers && oldest !== undefined) answers.delete(oldest);
}

/** Forgets all responses: another key or project must not see them. */
export function forgetAnswers(): void {
  answers.clear();
  beat.value++;
}

interface State<T> {
  readonly key: string;
  readonly value: T | undefined;
  readonly error: unknown;
}

/**
 * Requests data while the component is mounted, and again when the question changes. `undefined`
 * requests nothing. A cached response shows immediately. An old response stays for questions of the
 * same `kind`. `ask` may show the first part of a long response, unless there is something to show.
 */
export function useAsked<T>(
  kind: string,
  question: object | undefined,
  ask: (signal: AbortSignal, show: (part: T) => void) => Promise<T>,
): Asked<T> {
  const key = question === undefined ? '' : `${kind} ${JSON.stringify(question)}`;
  const [state, setState] = useState<State<T>>({ key: '', value: undefined, error: undefined });
  const [tries, setTries] = useState(0);
  const latest = useRef(ask);
  latest.current = ask;
  const round = beat.value;
  // Before the browser paints, so that the request does not wait for the paint.
  useLayoutEffect(() => {
    if (key === '') return undefined;
    const ending = new AbortController();
    const hasWhole = answers.has(key);
    const show = (value: T) => {
      if (!hasWhole && !ending.signal.aborted) setState({ key, value, error: undefined });
    };
    latest.current(ending.signal, show).then(
      (value) => {
        if (ending.signal.aborted) return;
        keep(key, value);
        setState({ key, value, error: undefined });
      },
      (error: unknown) => {
        if (ending.signal.aborted) return;
        setState({ key, value: answers.get(key) as T | undefined, error });
      },
    );
    return () => ending.abort();
  }, [key, round, tries]);
  const known = state.key === key ? state.value : (answers.get(key) as T | undefined);
  const isSameKind = state.key.startsWith(`${kind} `);
  return {
    value: known ?? (isSameKind ? state.value : undefined),
    error: state.key === key ? state.error : undefined,
    isOld: known === undefined && state.key !== key,
    again: () => setTries((count) => count + 1),
  };
}
