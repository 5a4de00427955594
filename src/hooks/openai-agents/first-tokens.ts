import { AsyncLocalStorage } from 'node:async_hooks';
import { isRawObject } from '../../events/check/normalize-event.js';

/** Data of a model call that its span does not have. */
export interface CallNotes {
  firstAt?: number;
}

const notes = new AsyncLocalStorage<CallNotes>();

/** The data of the call whose span is just beginning. */
export const currentNotes = (): CallNotes | undefined => notes.getStore();

interface Model {
  getStreamedResponse(request: never): AsyncIterable<unknown>;
}
interface ModelProvider {
  getModel(name?: string): Promise<Model> | Model;
}

/**
 * Wraps a model provider to record the time to the first token of streamed calls, which the SDK's spans
 * do not have. The provider and its models do not change otherwise.
 */
export function timeFirstTokens<P extends ModelProvider>(provider: P): P {
  return replaced(provider, {
    getModel: async (name?: string) => {
      const model = await provider.getModel(name);
      return replaced(model, {
        getStreamedResponse: (request: never) => timed(model.getStreamedResponse(request)),
      });
    },
  });
}

/** An object with some methods replaced. The others run on the object itself, for its private fields. */
function replaced<T extends object>(target: T, methods: Readonly<Record<string, unknown>>): T {
  return new Proxy(target, {
    get(_, name) {
      if (typeof name === 'string' && Object.hasOwn(methods, name)) return methods[name];
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

async function* timed(stream: AsyncIterable<unknown>): AsyncGenerator<unknown> {
  const call: CallNotes = {};
  const iterator = stream[Symbol.asyncIterator]();
  let isDone = false;
  try {
    for (;;) {
      // The span begins inside the first of these.
      const { done, value } = await notes.run(call, () => iterator.next());
      if (done === true) {
        isDone = true;
        return;
      }
      if (call.firstAt === undefined && isContent(value)) call.firstAt = performance.now();
      yield value;
    }
  } finally {
    if (!isDone) await iterator.return?.();
  }
}

/** Whether an event of a stream has a part of the answer. */
function isContent(event: unknown): boolean {
  if (!isRawObject(event)) return false;
  if (event.type === 'output_text_delta') return event.delta !== '';
  const raw = event.type === 'model' && isRawObject(event.event) ? event.event : {};
  if (typeof raw.type === 'string') return raw.type.endsWith('.delta');
  const [choice] = Array.isArray(raw.choices) ? (raw.choices as readonly unknown[]) : [];
  const delta = isRawObject(choice) && isRawObject(choice.delta) ? choice.delta : {};
  return ['content', 'reasoning', 'reasoning_content', 'tool_calls', 'refusal'].some(
    (name) => delta[name] !== undefined && delta[name] !== null && delta[name] !== '',
  );
}
