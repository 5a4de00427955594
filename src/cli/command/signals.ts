import { countdown } from '../../environment/within.js';
import type { CommandContext } from './command.js';

/** A request to shut down, by SIGINT or SIGTERM. */
export interface Signals {
  /** Aborts at the first signal. */
  readonly signal: AbortSignal;
  /** Resolves at the first signal. */
  readonly received: Promise<void>;
  /** Restores the usual effect of signals. */
  release(): void;
}

/** What a signal does, in words for the user. */
export interface SignalWords {
  readonly first: string;
  readonly second: string;
}

const finishingWords: SignalWords = {
  first: 'finishing the work in flight; repeat the signal to end at once.',
  second: 'ended at once; unfinished work will be delivered again.',
};

/** For work that a signal stops without leaving anything behind. */
export const stoppingWords: SignalWords = {
  first: 'stopping; repeat the signal to end at once.',
  second: 'ended at once.',
};

/** How long a service may take to finish its work after a signal, in milliseconds. */
const finishingMs = 10_000;

/** What remains of the time that a service has to finish its work, for each of its parts; at least a second. */
export function finishingTime(): () => { readonly timeout_ms: number } {
  const left = countdown(finishingMs, 1_000);
  return () => ({ timeout_ms: left() });
}

/** Handles signals: the first one requests a graceful shutdown, a second one exits at once with 1. */
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
