/** Tool calls that wait for their results. Their number is limited: the oldest is dropped and counted. */
export interface WaitingCalls<T> {
  add(id: string, call: T): void;
  /** Removes a call; undefined if it is not waiting. */
  take(id: string): T | undefined;
  get(id: string): T | undefined;
  dropped(): number;
  /** For a checkpoint. */
  save(): readonly (readonly [string, T])[];
}

const mostCalls = 256;

export function waitingCalls<T>(saved: unknown): WaitingCalls<T> {
  const calls = new Map<string, T>(
    Array.isArray(saved) ? (saved as readonly (readonly [string, T])[]) : [],
  );
  let dropped = 0;
  return {
    add(id, call) {
      calls.set(id, call);
      if (calls.size <= mostCalls) return;
      const [oldest] = calls.keys();
      if (oldest !== undefined) calls.delete(oldest);
      dropped += 1;
    },
    take(id) {
      const call = calls.get(id);
      calls.delete(id);
      return call;
    },
    get: (id) => calls.get(id),
    dropped: () => dropped,
    save: () => [...calls],
  };
}
