import { isRawObject } from '../../events/check/normalize-event.js';
import type { Metrics } from '../../events/metric-fields.js';
import { apiMetrics } from '../../ingest/formats/api-responses/api-usage.js';
import { claudeMetrics, readInnerCalls } from '../../ingest/formats/claude-code/claude-usage.js';
import { type JsonObject, present } from '../../ingest/formats/log/log-record.js';
import { modelName } from '../../ingest/formats/log/model-name.js';
import { aborted, failureText } from '../record/failure.js';
import { type OpenRun, secondsBetween, secondsSince } from '../record/open-run.js';
import type { Recorder } from '../record/recorder.js';
import type { CallEnd } from './watch-body.js';

/** A call whose outcome is known. */
export interface EndedCall {
  readonly run: OpenRun;
  /** When the request was sent, by `performance.now()`. */
  readonly began: number;
  /** The requested model. */
  readonly model: string | undefined;
  readonly provider: string | undefined;
  readonly error_text: boolean | undefined;
}

/** Records a call, and calls of other models within it. Returns whether it failed. */
export function recordCall(recorder: Recorder, call: EndedCall, end: CallEnd): boolean {
  const { run, began, provider } = call;
  const { body, first_token_at, broken, left } = end;
  const usage = isRawObject(body.usage) ? body.usage : {};
  const named = typeof body.model === 'string' ? body.model : call.model;
  const model = modelName(named, body.service_tier, usage.service_tier, usage.speed);
  const error =
    end.error ??
    readError(body) ??
    (broken === undefined ? undefined : failureText(broken.by, call.error_text)) ??
    (left === true ? aborted : undefined);
  run.message({
    model,
    provider,
    error: error ?? false,
    metrics: present({
      ...readTokens(recorder, body),
      time: secondsSince(began),
      time_to_first_token:
        first_token_at === undefined ? undefined : secondsBetween(began, first_token_at),
    }),
  });
  const inner = recorder.guard(() => readInnerCalls(usage, 'usage', named)) ?? [];
  for (const { model, counts } of inner) {
    run.message({ model, provider, error: false, metrics: claudeMetrics(counts) });
  }
  return error !== undefined;
}

/** The tokens with Runfold's meaning. Contradictory tokens are reported as an error and not recorded. */
function readTokens(recorder: Recorder, body: JsonObject): Metrics {
  return recorder.guard(() => apiMetrics(body, '')) ?? {};
}

/** A response of the Responses API may say that it failed even if its status is 200. */
function readError({ status, error }: JsonObject): string | undefined {
  if (status === 'cancelled') return aborted;
  if (status !== 'failed') return undefined;
  return isRawObject(error) && typeof error.code === 'string' ? error.code : 'failed';
}
