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

/** How long a command may take to finish its work after a signal, in milliseconds. */
export const finishingMs = 10_000;
/** How long it may then take to close, in milliseconds. A server that is frozen ends no connection. */
const closingMs = 20_000;

/** What remains of the time that a service has to finish its work, for each of its parts; at least a second. */
export function finishingTime(): () => { readonly timeout_ms: number } {
  const left = countdown(finishingMs, 1_000);
  return () => ({ timeout_ms: left() });
}

/**
 * Handles signals: the first one requests a graceful shutdown, a second one exits at once with 1. So does the passing of
 * `limit_ms`, by default 30 seconds, after the first: a server that does not respond may keep the command from ending.
 */
export function catchSignals(
  { terminal, io }: Pick<CommandContext, 'terminal' | 'io'>,
  words = finishingWords,
  limit_ms = finishingMs + closingMs,
): Signals {
  const controller = new AbortController();
  const received = new Promise<void>((resolve) => {
    controller.signal.addEventListener('abort', () => resolve(), { once: true });
  });
  let limit: NodeJS.Timeout | undefined;
  const stop = io.onSignal((name) => {
    if (controller.signal.aborted) {
      terminal.note(`${name} again: ${words.second}`);
      return io.exit(1);
    }
    terminal.note(`${name}: ${words.first}`);
    limit = setTimeout(() => {
      terminal.note(
        `${limit_ms / 1000} s after ${name}, a server still does not respond: ${words.second}`,
      );
      io.exit(1);
    }, limit_ms).unref();
    controller.abort();
  });
  const release = () => {
    clearTimeout(limit);
    stop();
  };
  return { signal: controller.signal, received, release };
}
