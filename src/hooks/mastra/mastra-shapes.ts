import { isRawObject } from '../../events/check/normalize-event.js';
import type { RunStatus } from '../../events/codes.js';
import { maxTokens } from '../../events/limits.js';
import type { Metrics } from '../../events/metric-fields.js';
import { present } from '../../ingest/formats/log/log-record.js';
import { failureText } from '../record/failure.js';

/** The fields of a Mastra span that the hook reads. */
export interface MastraSpan {
  readonly id: string;
  readonly traceId: string;
  readonly parentSpanId?: string | undefined;
  readonly type: string;
  readonly name: string;
  readonly entityId?: string | undefined;
  readonly entityName?: string | undefined;
  readonly startTime: Date;
  readonly endTime?: Date | undefined;
  readonly attributes?: object | undefined;
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
  readonly output?: unknown;
  readonly errorInfo?: { readonly message: string; readonly name?: string | undefined } | undefined;
}

/** The kinds of spans that are runs. */
export const runTypes: ReadonlySet<string> = new Set(['agent_run', 'workflow_run']);
export const toolTypes: ReadonlySet<string> = new Set([
  'tool_call',
  'mcp_tool_call',
  'client_tool_call',
  'provider_tool_call',
]);
/** The spans of one call, outermost first: only the innermost one that exists counts. */
export const modelTypes: readonly string[] = ['model_generation', 'model_step', 'model_inference'];

type Data = Readonly<Record<string, unknown>>;
export const asData = (value: unknown): Data => (isRawObject(value) ? value : {});
export const asText = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

/** Mastra counts like Runfold: its input includes the cache, its output includes reasoning. */
export function readMetrics(usage: unknown): Metrics {
  const { inputTokens, outputTokens, inputDetails, outputDetails } = asData(usage);
  const [input, output] = [asData(inputDetails), asData(outputDetails)];
  return present({
    input_tokens: asCount(inputTokens),
    output_tokens: asCount(outputTokens),
    cached_tokens: asCount(input.cacheRead),
    cache_write_tokens: asCount(input.cacheWrite),
    cache_write_1h_tokens: asCount(input.cacheWrite1h),
    reasoning_tokens: asCount(output.reasoning),
    input_audio_tokens: asCount(input.audio),
    output_audio_tokens: asCount(output.audio),
  });
}

const asCount = (value: unknown) =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= maxTokens
    ? value
    : undefined;

/** How a span failed: the error's name, or with `withText` its message; undefined if it did not fail. */
export function describeFailure({ errorInfo }: MastraSpan, withText = false): string | undefined {
  if (errorInfo === undefined) return undefined;
  const error = new Error(errorInfo.message);
  error.name = errorInfo.name ?? 'Error';
  return failureText(error, withText);
}

/** The statuses of workflows. */
const workflowStatuses: Readonly<Record<string, RunStatus>> = {
  suspended: 'paused',
  waiting: 'paused',
  paused: 'paused',
  failed: 'error',
  tripwire: 'error',
  canceled: 'cancelled',
  cancelled: 'cancelled',
};

/** How a run ended. An agent that was stopped says so in place of its answer. */
export function runStatus(span: MastraSpan): RunStatus {
  const failure = describeFailure(span);
  if (failure !== undefined) return failure === 'aborted' ? 'cancelled' : 'error';
  const status =
    span.type === 'agent_run' ? asData(span.output).status : asData(span.attributes).status;
  if (span.type === 'agent_run' && status === 'aborted') return 'cancelled';
  return workflowStatuses[String(status)] ?? 'completed';
}

/** Seconds from the start of a span to the first token. Mastra repeats the value of the first call in all calls. */
export function readFirstToken(span: MastraSpan, end: Date): number | undefined {
  const { completionStartTime } = asData(span.attributes);
  const at =
    completionStartTime instanceof Date
      ? completionStartTime.getTime()
      : Date.parse(String(completionStartTime));
  const start = span.startTime.getTime();
  return at >= start && at <= end.getTime() ? (at - start) / 1_000 : undefined;
}
