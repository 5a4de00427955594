import type { MetricEventInput } from '../../events/metric-event.js';
import type { Emitter, HookOptions } from './emitter.js';

/** Emits events without ever failing: measuring must not affect the agent. */
export interface Recorder {
  record(event: MetricEventInput): void;
  /** Runs something that only records; undefined if it fails, which is reported. */
  guard<T>(work: () => T): T | undefined;
  /** Reports an error, once for each kind. */
  report(error: unknown): void;
}

/** More kinds of error than exist; further ones are not reported. */
const mostKinds = 100;

/** A recorder that emits to `emitter`. */
export function createRecorder(
  emitter: Emitter,
  { on_error = warn }: Pick<HookOptions, 'on_error'>,
): Recorder {
  const reported = new Set<string>();

  const report = (cause: unknown) => {
    const error = cause instanceof Error ? cause : new Error(String(cause));
    const kind = String((error as { code?: unknown }).code ?? error.name);
    if (reported.has(kind) || reported.size >= mostKinds) return;
    reported.add(kind);
    try {
      // An async function would reject instead, without a handler.
      const result: unknown = on_error(error);
      if (isThenable(result)) result.then(undefined, warn);
    } catch (fault) {
      warn(fault);
    }
  };

  const guard = <T>(work: () => T): T | undefined => {
    try {
      return work();
    } catch (error) {
      report(error);
      return undefined;
    }
  };

  return {
    report,
    guard,
    record(event) {
      const taken = guard(() => emitter.emit(event));
      if (isThenable(taken)) taken.then(undefined, report);
    },
  };
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | undefined)?.then === 'function';
}

function warn(cause: unknown): void {
  const text = cause instanceof Error ? cause.message : String(cause);
  process.emitWarning(`A Runfold hook lost events: ${text}`);
}
