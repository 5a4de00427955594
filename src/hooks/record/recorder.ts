import { RunfoldError } from '../../environment/runfold-error.js';
import { nearestName } from '../../events/check/nearest-name.js';
import type { MetricEventInput } from '../../events/metric-event.js';
import type { Emitter, HookOptions, Identity } from './emitter.js';

/** Emits events without ever failing: measuring must not affect the agent. */
export interface Recorder {
  record(event: MetricEventInput): void;
  /** Runs something that only records; undefined if it fails, which is reported. */
  guard<T>(work: () => T): T | undefined;
  /** Reports an error, once for each kind. */
  report(error: unknown): void;
}

/** A hook was given options that it does not have; it ignores them. */
class UnknownOptionError extends RunfoldError {
  readonly code = 'unknown_option';
  constructor(given: readonly string[], known: readonly string[]) {
    const found = given.map((name) => {
      const nearest = nearestName(name, known);
      return nearest === undefined ? name : `${name} (did you mean ${nearest}?)`;
    });
    super(`A hook has unknown options, which it ignores: ${found.join(', ')}.`);
    this.name = 'UnknownOptionError';
  }
}

/** More kinds of error than exist; further ones are not reported. */
const mostKinds = 100;

/** Names of options of hooks, of which a misspelt one would be ignored. */
const identityNames: readonly (keyof Identity)[] = [
  'session_id',
  'user_id',
  'agent_id',
  'agent_name',
  'team_id',
  'workflow_id',
  'labels',
];

/**
 * A recorder that emits to `emitter`. Options that no hook has, beside `more`, are reported.
 */
export function createRecorder(
  emitter: Emitter,
  options: HookOptions,
  more: readonly string[] = [],
): Recorder {
  const { on_error = warn } = options;
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

  const names = [...identityNames, 'on_error', 'error_text', ...more];
  const unknown = Object.keys(options).filter((name) => !names.includes(name));
  if (unknown.length > 0) report(new UnknownOptionError(unknown, names));

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
  const isLoss = !(cause instanceof UnknownOptionError);
  process.emitWarning(isLoss ? `A Runfold hook lost events: ${text}` : `Runfold: ${text}`);
}
