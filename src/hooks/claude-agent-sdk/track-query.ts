import { isRawObject } from '../../events/check/normalize-event.js';
import type { Emitter, HookOptions } from '../record/emitter.js';
import { isAbort } from '../record/failure.js';
import { createRecorder } from '../record/recorder.js';
import { createQueryRecorder, type QueryRecorder } from './query-recorder.js';

/** The function `query` of the Claude Agent SDK, or a compatible one. */
export type QueryFunction = (parameters: never) => AsyncGenerator<unknown, unknown>;

/**
 * The same `query`, with each turn recorded as a run: its messages, with the greatest counts of repeated
 * messages, its tools, its subagents as runs below it, and its end.
 */
export function trackQuery<Q extends QueryFunction>(
  query: Q,
  emitter: Emitter,
  options: HookOptions = {},
): Q {
  const recorder = createRecorder(emitter, options);
  const tracked = (parameters: never, ...rest: never[]) => {
    const observer = recorder.guard(() =>
      createQueryRecorder(recorder, { ...options, isResumed: isResumed(parameters) }),
    );
    const messages = (query as (...all: never[]) => AsyncGenerator)(parameters, ...rest);
    if (observer === undefined) return messages;
    return observed(messages, guarded(observer, recorder.guard));
  };
  return tracked as unknown as Q;
}

/** Whether a query continues an earlier session. */
function isResumed(parameters: unknown): boolean {
  const options = isRawObject(parameters) ? parameters.options : undefined;
  return isRawObject(options) && (Boolean(options.resume) || options.continue === true);
}

type Guarded = { readonly [F in keyof QueryRecorder]: QueryRecorder[F] };

function guarded(observer: QueryRecorder, guard: (work: () => void) => void): Guarded {
  return {
    read: (message, wasInterrupted) => guard(() => observer.read(message, wasInterrupted)),
    end: (status) => guard(() => observer.end(status)),
  };
}

/** The same generator with all its methods; its messages are read as they pass. */
function observed<G extends AsyncGenerator<unknown, unknown>>(messages: G, observer: Guarded): G {
  let wasInterrupted = false;
  const replaced: Record<PropertyKey, unknown> = {
    async next(...values: [] | [unknown]) {
      try {
        const step = await messages.next(...values);
        if (step.done === true) observer.end(wasInterrupted ? 'cancelled' : 'error');
        else if (isRawObject(step.value)) {
          observer.read(step.value, wasInterrupted);
          if (step.value.type === 'result') wasInterrupted = false;
        }
        return step;
      } catch (error) {
        observer.end(wasInterrupted || isAbort(error) ? 'cancelled' : 'error');
        throw error;
      }
    },
    async return(value: unknown) {
      observer.end('cancelled');
      return await messages.return(value);
    },
    async throw(error: unknown) {
      observer.end('cancelled');
      return await messages.throw(error);
    },
    [Symbol.asyncIterator]: () => proxy,
  };
  const proxy: G = new Proxy(messages, {
    get(target, name) {
      if (Object.hasOwn(replaced, name)) return replaced[name];
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      return (...values: unknown[]) => {
        if (name === 'interrupt' || name === 'close') wasInterrupted = true;
        const result: unknown = value.apply(target, values);
        return result === target ? proxy : result;
      };
    },
  });
  return proxy;
}
