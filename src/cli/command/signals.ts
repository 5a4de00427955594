import type { CommandContext } from './command.js';

/** The wish to end, by SIGINT or SIGTERM. */
export interface Signals {
  /** Aborts at the first signal. */
  readonly signal: AbortSignal;
  /** Resolves at the first signal. */
  readonly received: Promise<void>;
  /** Leaves signals to their usual effect again. */
  release(): void;
}

/** What a signal does, in words. */
export interface SignalWords {
  readonly first: string;
  readonly second: string;
}

const finishingWords: SignalWords = {
  first: 'finishing what is in hand; once more to end at once.',
  second: 'ended at once; what was not finished will be delivered again.',
};

/** For work that a signal stops, and leaves no trace of. */
export const stoppingWords: SignalWords = {
  first: 'stopping; once more to end at once.',
  second: 'ended at once.',
};

/** Takes signals over: the first one asks to end in good order, a second one ends at once with 1. */
export function catchSignals(
  { terminal, io }: Pick<CommandContext, 'terminal' | 'io'>,
  words = finishingWords,
): Signals {
  const controller = new AbortController();
  const received = new Promise<void>((resolve) => {
    controller.signal.addEventListener('abort', () => resolve(), { once: true });
  });
  const release = io.onSignal((name) => {
    if (controller.signal.aborted) {
      terminal.note(`${name} again: ${words.second}`);
      return io.exit(1);
    }
    terminal.note(`${name}: ${words.first}`);
    controller.abort();
  });
  return { signal: controller.signal, received, release };
}
