/**
 * Waits for work for at most `ms` milliseconds. Work that is late continues, and its outcome is
 * ignored.
 * @throws the error that `late` returns, after that time
 */
export async function within<T>(ms: number, work: Promise<T>, late: () => Error): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late()), ms);
  });
  work.catch(() => undefined);
  try {
    return await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

/** Waits for work until the signal. Work that is late continues. @throws the signal's reason if it comes first */
export async function untilSignal<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  work.catch(() => undefined);
  signal.throwIfAborted();
  let onAbort: () => void = () => undefined;
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** How long work may take to fail after it was given up, in milliseconds. */
const failureMs = 2_000;

/** Waits for the end of work for `ms` milliseconds. Then it calls `giveUp`, and waits only until the work has failed. */
export async function closeInTime(
  work: Promise<unknown>,
  ms: number,
  giveUp: () => void,
): Promise<void> {
  const late = new Error('late');
  try {
    await within(ms, work, () => late);
  } catch (error) {
    if (error !== late) throw error;
    giveUp();
    await within(failureMs, work, () => late).catch(() => undefined);
  }
}

/** What remains of `ms` milliseconds from now on, each time it is called; never less than `least`, by default 0. */
export function countdown(ms: number, least = 0): () => number {
  const end = performance.now() + ms;
  return () => Math.max(least, Math.round(end - performance.now()));
}
