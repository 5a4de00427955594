import type { MetricEvent } from '#runfold/events/metric-event.js';
import { readSpans } from '#runfold/otlp/read-body.js';
import { readCaptures } from '../../harness/otlp/captures.js';
import { encodeOtlp } from '../../harness/otlp/encode.js';
import { createMemoryInbox } from '../../harness/otlp/memory-inbox.js';

type Json = Record<string, unknown>;
interface Group {
  readonly resource: unknown;
  readonly scopeSpans: readonly { readonly scope: unknown; readonly spans: readonly Json[] }[];
}

/** Emitters whose captures are complete traces. */
const emitters = [
  'ai-sdk-v7-generate',
  'ai-sdk-v7-nested',
  'ai-sdk-v7-stream',
  'agno-openinference',
  'openinference-langgraph',
  'mastra-otel-exporter',
  'traceloop-openai-js',
];
/** Spans per request: the default maximum of exporters. */
export const spansPerRequest = 512;

/**
 * Requests with spans of real emitters, in both encodings, and the events that result from them.
 */
export interface SpanLoad {
  readonly spans: number;
  readonly protobuf: readonly Buffer[];
  readonly json: readonly Buffer[];
  readonly events: readonly MetricEvent[];
}

/** At least this number of spans of real emitters. Their traces are repeated under new ids. */
export function makeSpans(least: number): SpanLoad {
  const groups = readCaptures()
    .filter(({ name }) => emitters.includes(name))
    .map(({ requests }) =>
      requests.flatMap(({ path, body }) =>
        path === '/v1/traces' ? ((body.resourceSpans ?? []) as Group[]) : [],
      ),
    )
    .filter((list) => list.length > 0);
  const protobuf: Buffer[] = [];
  const json: Buffer[] = [];
  let part: Group[] = [];
  let inPart = 0;
  let spans = 0;
  const inbox = createMemoryInbox();
  const options = { nowUs: Date.now() * 1000, mostDays: 0, keepsErrorText: false };
  const finish = () => {
    const body = { resourceSpans: part };
    const bytes = encodeOtlp(body);
    protobuf.push(bytes);
    json.push(Buffer.from(JSON.stringify(body)));
    inbox.add(
      [...readSpans(bytes, 'protobuf', options)].flatMap((one) =>
        'item' in one ? [one.item] : [],
      ),
    );
    [part, inPart] = [[], 0];
  };
  for (let number = 0; spans < least; number++) {
    const again = anew(groups[number % groups.length] ?? [], number);
    const size = again.reduce(
      (sum, { scopeSpans }) => sum + scopeSpans.reduce((all, one) => all + one.spans.length, 0),
      0,
    );
    if (inPart > 0 && inPart + size > spansPerRequest) finish();
    part.push(...again);
    inPart += size;
    spans += size;
  }
  if (inPart > 0) finish();
  inbox.endWait();
  return { spans, protobuf, json, events: inbox.events };
}

/** The same traces with other ids, in separate sessions, a little while ago. */
function anew(groups: readonly Group[], number: number): Group[] {
  const started = BigInt(Date.now() - 3_600_000 + (number % 3_000_000)) * 1_000_000n;
  const times = groups.flatMap(({ scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) => spans.map((span) => BigInt(String(span.startTimeUnixNano)))),
  );
  const [first = started] = times.sort((a, b) => Number(a - b));
  const shift = started - first;
  const mark = (number + 1).toString(16).padStart(8, '0');
  const id = (value: unknown) =>
    typeof value === 'string' && value !== '' ? `${mark}${value.slice(8)}` : value;
  const time = (value: unknown) => String(BigInt(String(value)) + shift);
  const named = (list: unknown) =>
    (list as { key: string; value: Json }[] | undefined)?.map(({ key, value }) =>
      /session|conversation\.id|thread|run\.id|runId/i.test(key) &&
      typeof value.stringValue === 'string'
        ? { key, value: { stringValue: `${value.stringValue}-${number}` } }
        : { key, value },
    );
  return groups.map((group) => ({
    ...group,
    scopeSpans: group.scopeSpans.map((scoped) => ({
      ...scoped,
      spans: scoped.spans.map((span) => ({
        ...span,
        traceId: id(span.traceId),
        spanId: id(span.spanId),
        parentSpanId: id(span.parentSpanId),
        startTimeUnixNano: time(span.startTimeUnixNano),
        endTimeUnixNano: time(span.endTimeUnixNano),
        attributes: named(span.attributes),
      })),
    })),
  }));
}
