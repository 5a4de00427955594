import type { Emitter, HookOptions } from '../record/emitter.js';
import { isAbort } from '../record/failure.js';
import { createRecorder } from '../record/recorder.js';
import { currentRun } from '../record/run-context.js';
import { openRunHere } from '../record/track-run.js';
import { observeCall, type SdkModel } from './sdk-call.js';

/** Middleware for `wrapLanguageModel` of AI SDK 5, 6 and 7. */
export interface RunfoldMiddleware {
  /** Each version of the SDK expects its own; none checks it. */
  readonly specificationVersion: never;
  wrapGenerate<T>(options: {
    readonly doGenerate: () => PromiseLike<T>;
    readonly model: SdkModel;
  }): Promise<T>;
  wrapStream<T>(options: {
    readonly doStream: () => PromiseLike<T>;
    readonly model: SdkModel;
  }): Promise<T>;
}

/**
 * Records each model call, with every attempt of the SDK: in the run that `trackRun` opened,
 * or as a separate run.
 */
export function runfoldMiddleware(emitter: Emitter, options: HookOptions = {}): RunfoldMiddleware {
  const recorder = createRecorder(emitter, options);

  const observe = <T>(model: SdkModel, execute: () => PromiseLike<T>): Promise<T> => {
    const around = currentRun();
    const run = around ?? openRunHere(recorder, options);
    return observeCall<T>(
      {
        recorder,
        model,
        error_text: options.error_text,
        settle({ call, failed }) {
          run.message(call);
          if (around !== undefined) return;
          run.end(failed === undefined ? 'completed' : isAbort(failed.by) ? 'cancelled' : 'error');
        },
      },
      execute,
    );
  };

  return {
    specificationVersion: 'v3' as never,
    wrapGenerate: ({ doGenerate, model }) => observe(model, doGenerate),
    wrapStream: ({ doStream, model }) => observe(model, doStream),
  };
}
