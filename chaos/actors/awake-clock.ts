import { setTimeout as pause } from 'node:timers/promises';

/** A clock that stops while its process is stopped. */
export interface AwakeClock {
  now(): number;
  close(): void;
}

/**
 * Milliseconds since it was created, without the time in which this process was stopped, and the
 * others with it.
 */
export function createAwakeClock(): AwakeClock {
  let last = performance.now();
  let awake = 0;
  const tick = () => {
    const now = performance.now();
    awake += Math.min(1_000, now - last);
    last = now;
  };
  const ticking = setInterval(tick, 100);
  return {
    now() {
      tick();
      return awake;
    },
    close: () => clearInterval(ticking),
  };
}

/** Resolves with `undefined` after the given milliseconds on its own awake clock. */
export async function awakePause(ms: number, signal: AbortSignal): Promise<undefined> {
  const clock = createAwakeClock();
  while (clock.now() < ms && !signal.aborted) await pause(100);
  clock.close();
}
