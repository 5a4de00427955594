/**
 * Calls in flight, by id. A framework that never reports an end must not fill the memory: above
 * the limit, the oldest call is forgotten.
 */
export interface OpenCalls<T> {
  get(id: unknown): T | undefined;
  has(id: unknown): boolean;
  set(id: string, call: T): void;
  /** Removes a call and returns it. */
  take(id: string): T | undefined;
}

export function createOpenCalls<T>(limit = 10_000): OpenCalls<T> {
  const calls = new Map<unknown, T>();
  return {
    get: (id) => calls.get(id),
    has: (id) => calls.has(id),
    set(id, call) {
      calls.set(id, call);
      if (calls.size > limit) calls.delete(calls.keys().next().value);
    },
    take(id) {
      const call = calls.get(id);
      calls.delete(id);
      return call;
    },
  };
}
