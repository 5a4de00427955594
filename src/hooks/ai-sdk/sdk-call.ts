import { isRawObject } from '../../events/check/normalize-event.js';
import { present } from '../../ingest/formats/log/log-record.js';
import { providerName } from '../../otlp/tables/provider-names.js';
import { aborted, failureText } from '../record/failure.js';
import { type ModelCall, secondsBetween, secondsSince } from '../record/open-run.js';
import { passThrough } from '../record/pass-through.js';
import type { Recorder } from '../record/recorder.js';
import { sdkMetrics } from './sdk-usage.js';

/** The description of a model of the AI SDK. */
export interface SdkModel {
  readonly provider?: string | undefined;
  readonly modelId?: string | undefined;
}

/** The end of a model call. */
export interface CallOutcome {
  readonly call: ModelCall;
  /** Its error. */
  readonly failed?: { readonly by: unknown } | undefined;
  /** Whether its stream broke, or its reader left: nothing more will arrive. */
  readonly isBroken: boolean;
}

/** The callbacks. */
interface Watch {
  readonly recorder: Recorder;
  readonly model: SdkModel;
  readonly error_text: boolean | undefined;
  settle(outcome: CallOutcome): void;
}

/** The end of a call, from its result or the parts of its stream. */
interface Told {
  usage?: unknown;
  providerMetadata?: unknown;
  modelId?: unknown;
  firstTokenAt?: number;
}

/** Calls a model, streamed or not, and reports how it ended. The result is unchanged. */
export async function observeCall<T>(watch: Watch, execute: () => PromiseLike<T>): Promise<T> {
  const began = performance.now();
  let result: T;
  try {
    result = await execute();
  } catch (by) {
    watch.recorder.guard(() => watch.settle(toOutcome(watch, began, {}, { by })));
    throw by;
  }
  return watch.recorder.guard(() => observeResult(watch, began, result)) ?? result;
}

function observeResult<T>(watch: Watch, began: number, result: T): T {
  if (!isRawObject(result)) return result;
  if (result.stream instanceof ReadableStream) {
    return { ...result, stream: observeParts(watch, began, result.stream) };
  }
  const { usage, providerMetadata, response } = result;
  const modelId = isRawObject(response) ? response.modelId : undefined;
  watch.settle(toOutcome(watch, began, { usage, providerMetadata, modelId }));
  return result;
}

/** The kinds of parts with output of the model. */
const saying = new Set([
  'text-delta',
  'reasoning-delta',
  'tool-input-start',
  'tool-input-delta',
  'tool-call',
  'file',
]);

function observeParts(watch: Watch, began: number, stream: ReadableStream<unknown>) {
  const told: Told = {};
  let failed: { readonly by: unknown } | undefined;
  let [isSettled, isFinished] = [false, false];

  const read = (part: unknown) => {
    if (!isRawObject(part)) return;
    if (saying.has(String(part.type))) told.firstTokenAt ??= performance.now();
    if (part.type === 'response-metadata') told.modelId = part.modelId ?? told.modelId;
    if (part.type === 'error') failed ??= { by: part.error };
    if (part.type !== 'finish') return;
    isFinished = true;
    told.usage = part.usage;
    told.providerMetadata = part.providerMetadata;
  };
  const settle = (by?: { readonly by: unknown }) => {
    if (isSettled) return;
    isSettled = true;
    watch.recorder.guard(() =>
      watch.settle(toOutcome(watch, began, told, failed ?? by, !isFinished)),
    );
  };
  return passThrough(stream, {
    part(part) {
      watch.recorder.guard(() => read(part));
      return part;
    },
    end() {
      settle();
      return undefined;
    },
    fail: (by) => settle(isFinished ? undefined : { by }),
    cancel: () => settle(isFinished ? undefined : { by: new DOMException(aborted, 'AbortError') }),
  });
}

function toOutcome(
  { recorder, model, error_text }: Watch,
  began: number,
  { usage, providerMetadata, modelId, firstTokenAt }: Told,
  failed?: { readonly by: unknown },
  isBroken = false,
): CallOutcome {
  const metrics = recorder.guard(() => sdkMetrics(usage, providerMetadata));
  return {
    isBroken,
    failed,
    call: {
      ...served(model, modelId),
      error: failed === undefined ? false : failureText(failed.by, error_text),
      metrics: present({
        ...metrics,
        time: secondsSince(began),
        time_to_first_token:
          firstTokenAt === undefined ? undefined : secondsBetween(began, firstTokenAt),
      }),
    },
  };
}

/** The model and provider that served a call. Vercel's gateway puts both into one name. */
export function served({ provider, modelId }: SdkModel, answered?: unknown) {
  const model = typeof answered === 'string' && answered !== '' ? answered : modelId;
  const [, maker, name] = /^([^/]+)\/(.+)$/.exec(model ?? '') ?? [];
  if (provider === 'gateway' && maker !== undefined) {
    return { model: name, provider: providerName(maker) };
  }
  return { model, provider: provider === undefined ? undefined : providerName(provider) };
}
