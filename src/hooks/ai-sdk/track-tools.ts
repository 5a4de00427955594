import { isRawObject } from '../../events/check/normalize-event.js';
import type { HookOptions } from '../record/emitter.js';
import { failureText } from '../record/failure.js';
import { secondsSince } from '../record/open-run.js';
import { currentRun } from '../record/run-context.js';

type Execute = (input: unknown, options?: { readonly toolCallId?: unknown }) => unknown;

/**
 * The same tools, with each call recorded in the run that `trackRun` opened. For AI SDK 5 and 6;
 * in version 7, `runfoldTelemetry` records tools.
 */
export function trackTools<T extends Readonly<Record<string, unknown>>>(
  tools: T,
  options: Pick<HookOptions, 'error_text'> = {},
): T {
  const tracked = Object.entries(tools).map(([name, tool]) => {
    if (!isRawObject(tool) || typeof tool.execute !== 'function') return [name, tool];
    const execute = tool.execute.bind(tool) as Execute;
    return [name, { ...tool, execute: observed(name, execute, options.error_text) }];
  });
  return Object.fromEntries(tracked) as T;
}

function observed(name: string, execute: Execute, withText: boolean | undefined): Execute {
  return (input, options) => {
    const run = currentRun();
    const began = performance.now();
    const id = options?.toolCallId;
    const end = (failed?: { readonly by: unknown }) =>
      run?.toolCall({
        tool_name: name,
        tool_call_id: typeof id === 'string' ? id : undefined,
        error: failed === undefined ? false : failureText(failed.by, withText),
        metrics: { time: secondsSince(began) },
      });
    let result: unknown;
    try {
      result = execute(input, options);
    } catch (by) {
      end({ by });
      throw by;
    }
    if (isAsyncIterable(result)) return iterate(result, end);
    return Promise.resolve(result).then(
      (value) => {
        end();
        return value;
      },
      (by) => {
        end({ by });
        throw by;
      },
    );
  };
}

/** A tool that yields partial results, and finally its result. */
async function* iterate(
  results: AsyncIterable<unknown>,
  end: (failed?: { readonly by: unknown }) => void,
): AsyncGenerator<unknown> {
  try {
    yield* results;
  } catch (by) {
    end({ by });
    throw by;
  }
  end();
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return isRawObject(value) && typeof value[Symbol.asyncIterator as never] === 'function';
}
