import { setImmediate as turn } from 'node:timers/promises';
import { z } from 'zod';
import { MalformedBodyError } from '../../otlp/decode/wire-reader.js';
import { type BodyItem, countPoints, readRecords, readSpans } from '../../otlp/read-body.js';
import { tooLarge } from '../body/received-body.js';
import { mostItems, type OtlpBody, readOtlpBody } from '../otlp/otlp-body.js';
import { otlpMediaTypes, type PartialSuccess, successBody } from '../otlp/otlp-status.js';
import { ProblemError } from '../problems/problem.js';
import { type Call, type RouteResponse, route } from '../route/route.js';
import type { Service } from '../service/service.js';

/** The number of items to decode before other requests get a turn. */
const stretch = 512;
/** The maximum number of faults in a response. */
const namedFaults = 5;

/** The decoded content of a body. */
interface Read<T> {
  readonly items: readonly T[];
  readonly ignored: number;
  readonly rejected: number;
  readonly faults: readonly string[];
}

async function readItems<T>(found: Iterable<BodyItem<T>>, what: string): Promise<Read<T>> {
  const items: T[] = [];
  const faults: string[] = [];
  let ignored = 0;
  let rejected = 0;
  let index = 0;
  for (const one of found) {
    if (index >= mostItems) throw tooLarge(`at most ${mostItems} ${what}s in one request`);
    if ('item' in one) items.push(one.item);
    else if ('ignored' in one) ignored += 1;
    else {
      rejected += 1;
      const { field, expected, got } = one.fault;
      const place = field === '' ? '' : ` ${field}:`;
      if (faults.length < namedFaults) {
        faults.push(`${what} ${index}:${place} expected ${expected}, got ${got}`);
      }
    }
    index += 1;
    if (index % stretch === 0) await turn();
  }
  return { items, ignored, rejected, faults };
}

/** Decodes a body; only a few requests are decoded at the same time. @throws ProblemError 400, 413 or 503 */
function decode<T>(service: Service, work: () => Promise<T>): Promise<T> {
  return service.decoding.take(async () => {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof MalformedBodyError)) throw error;
      throw new ProblemError('unreadable_body', error.message);
    }
  });
}

function responseOf(
  { encoding }: OtlpBody,
  field: PartialSuccess['field'],
  rejected: number,
  message: string,
): RouteResponse {
  const partial = rejected === 0 ? undefined : { field, rejected, message };
  return {
    body: successBody(encoding, partial),
    headers: { 'content-type': otlpMediaTypes[encoding] },
  };
}

const messageOf = ({ rejected, faults }: Read<unknown>) =>
  `${faults.join('; ')}${rejected > faults.length ? `; and ${rejected - faults.length} more` : ''}`;

const reduceOptions = ({ otlp }: Service) => ({
  nowUs: Date.now() * 1000,
  // A span that may have been forgotten is never accepted again.
  mostDays: otlp.keep_days === 0 ? 0 : Math.max(1, otlp.keep_days - 1),
  keepsErrorText: otlp.error_text,
});

async function takeTraces({ service, request, project, key }: Call<unknown, unknown>) {
  const body = await readOtlpBody(request.raw, service.limits);
  const read = await decode(service, () =>
    readItems(readSpans(body.bytes, body.encoding, reduceOptions(service)), 'span'),
  );
  service.eventRate.take(key?.id ?? '', read.items.length);
  await service.spans.send(project, read.items);
  service.metrics.countOtlp('traces', { ...read, accepted: read.items.length });
  return responseOf(body, 'rejectedSpans', read.rejected, messageOf(read));
}

async function takeLogs({ service, request, project, key }: Call<unknown, unknown>) {
  const body = await readOtlpBody(request.raw, service.limits);
  const read = await decode(service, () =>
    readItems(readRecords(body.bytes, body.encoding, reduceOptions(service)), 'record'),
  );
  service.eventRate.take(key?.id ?? '', read.items.length);
  const sent = await service.producers.send(project, read.items);
  const rejected = read.rejected + sent.faults.size;
  service.metrics.countOtlp('logs', {
    accepted: read.items.length - sent.faults.size,
    ignored: read.ignored,
    rejected,
  });
  return responseOf(body, 'rejectedLogRecords', rejected, messageOf({ ...read, rejected }));
}

async function takeMetrics({ service, request }: Call<unknown, unknown>) {
  const body = await readOtlpBody(request.raw, service.limits);
  const points = await decode(service, async () => countPoints(body.bytes, body.encoding));
  service.metrics.countOtlp('metrics', { accepted: 0, ignored: 0, rejected: points });
  const message =
    'Metrics are not stored: spans and log records have the same figures. Set OTEL_METRICS_EXPORTER=none.';
  return responseOf(body, 'rejectedDataPoints', points, message);
}

const described = (what: string) => ({
  200: {
    description:
      `${what} In protobuf if the request is: an Export…ServiceResponse, of no bytes when all was ` +
      'taken.',
    schema: z
      .looseObject({
        partialSuccess: z
          .looseObject({ errorMessage: z.string().describe('The first faults') })
          .optional()
          .describe('How many items were not accepted, and why'),
      })
      .meta({ id: 'OtlpResponse' }),
    example: {},
  },
});
const about =
  'OTLP over HTTP: JSON or protobuf, with gzip or zstd by `Content-Encoding`. Errors are a ' +
  '`google.rpc.Status` in the encoding of the request. The key may also be in the header `x-api-key`.';
const body = {
  'application/json': z.looseObject({}).meta({ examples: [{}] }),
  'application/x-protobuf': z.string().meta({ format: 'binary', examples: [''] }),
};
const shared = {
  method: 'POST',
  tag: 'otlp',
  scope: 'ingest',
  problems: [408, 413, 415],
  body,
} as const;

/** The routes for OpenTelemetry clients. */
export const otlpRoutes = [
  route({
    ...shared,
    path: '/v1/traces',
    id: 'exportTraces',
    summary: 'Send OpenTelemetry spans',
    description: `${about} A span becomes an event once the spans above it have arrived, or its wait is over.`,
    responses: described('The spans are on the queue.'),
    handle: takeTraces,
  }),
  route({
    ...shared,
    path: '/v1/logs',
    id: 'exportLogs',
    summary: 'Send OpenTelemetry log records',
    description: `${about} Records of Claude Code, Codex, Gemini CLI and Qwen Code become events; others are ignored.`,
    responses: described('The events of the records are on the queue.'),
    handle: takeLogs,
  }),
  route({
    ...shared,
    path: '/v1/metrics',
    id: 'exportMetrics',
    summary: 'Send OpenTelemetry metrics, which are not stored',
    description: `${about} Spans and log records have the same figures as metrics.`,
    responses: described('Nothing was stored.'),
    handle: takeMetrics,
  }),
];
