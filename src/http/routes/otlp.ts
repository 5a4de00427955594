import { z } from 'zod';
import { MalformedBodyError } from '../../otlp/decode/wire-reader.js';
import { type BodyItem, countPoints, readRecords, readSpans } from '../../otlp/read-body.js';
import type { OtlpSignal } from '../../otlp/signal-of.js';
import { describeMisnamed, describeMisplaced } from '../otlp/misplaced-body.js';
import { type OtlpBody, readOtlpBody } from '../otlp/otlp-body.js';
import { type Read, readItems } from '../otlp/otlp-items.js';
import { otlpMediaTypes, type PartialSuccess, successBody } from '../otlp/otlp-status.js';
import { ProblemError } from '../problems/problem.js';
import { type Call, type RouteResponse, route } from '../route/route.js';
import type { Service } from '../service/service.js';

/** Decodes a body; only a few requests are decoded at the same time. @throws ProblemError 400, 413 or 503 */
function decode<T>(
  service: Service,
  body: OtlpBody,
  signal: OtlpSignal,
  work: () => Promise<T>,
): Promise<T> {
  return service.decoding.take(async () => {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof MalformedBodyError)) throw error;
      throw new ProblemError(
        'unreadable_body',
        describeMisnamed(body) ?? describeMisplaced(body, signal) ?? error.message,
      );
    }
  });
}

/** Decodes the items of a body of one signal. @throws ProblemError 400, 413 or 503 */
function decodeItems<T>(
  service: Service,
  body: OtlpBody,
  { signal, find, what }: Decoder<T>,
): Promise<Read<T>> {
  return decode(service, body, signal, async () => {
    const read = await readItems(find(body.bytes, body.encoding, reduceOptions(service)), what);
    if (read.items.length === 0) expectInPlace(body, signal);
    return read;
  });
}

/** For a body of which nothing was accepted. @throws MalformedBodyError */
function expectInPlace(body: OtlpBody, signal: OtlpSignal): void {
  const other = describeMisplaced(body, signal);
  if (other !== undefined) throw new MalformedBodyError(other);
}

/** How the items of a signal are decoded, and what one is called. */
interface Decoder<T> {
  readonly signal: OtlpSignal;
  readonly find: (...body: Parameters<typeof readSpans>) => Iterable<BodyItem<T>>;
  readonly what: string;
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
  const decoder = { signal: 'traces', find: readSpans, what: 'span' } as const;
  const read = await decodeItems(service, body, decoder);
  service.eventRate.take(key?.id ?? '', read.items.length);
  await service.spans.send(project, read.items);
  service.metrics.countOtlp('traces', { ...read, accepted: read.items.length });
  return responseOf(body, 'rejectedSpans', read.rejected, messageOf(read));
}

async function takeLogs({ service, request, project, key }: Call<unknown, unknown>) {
  const body = await readOtlpBody(request.raw, service.limits);
  const decoder = { signal: 'logs', find: readRecords, what: 'record' } as const;
  const read = await decodeItems(service, body, decoder);
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
  const points = await decode(service, body, 'metrics', async () => {
    const found = countPoints(body.bytes, body.encoding);
    if (found === 0) expectInPlace(body, 'metrics');
    return found;
  });
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
