import { setTimeout as pause } from 'node:timers/promises';

/** A clock that stands still while its process does. */
export interface AwakeClock {
  now(): number;
  close(): void;
}

/** Milliseconds since it was made; time in which this process itself was stopped, and the others with it, does not count. */
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

/** Resolves after so many milliseconds on a clock of its own, with `undefined`. */
export async function awakePause(ms: number, signal: AbortSignal): Promise<undefined> {
  const clock = createAwakeClock();
  while (clock.now() < ms && !signal.aborted) await pause(100);
  clock.close();
}
