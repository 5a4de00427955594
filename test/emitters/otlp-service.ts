import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import {
  NodeTracerProvider,
  type ReadableSpan,
  SimpleSpanProcessor,
  type SpanExporter,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-node';
import { afterAll, beforeAll, expect } from 'vitest';
import { verify } from '#runfold/projections/audit/verify.js';
import { type LoggedMessage, listMessages } from '#runfold/query/log/messages.js';
import { type LoggedToolCall, listToolCalls } from '#runfold/query/log/tool-calls.js';
import { listRuns } from '#runfold/query/totals/runs.js';
import { listSessions } from '#runfold/query/totals/sessions.js';
import type { RunTotals, SessionTotals } from '#runfold/query/totals/totals.js';
import { openQueueGauge, type QueueGauge } from '#runfold/queue/queue-gauge.js';
import { createProject } from '#runfold/store/projects.js';
import { openSpanInbox } from '#runfold/worker/spans/open-spans.js';
import { fastestTier } from '../../harness/tiers.js';
import { waitUntil } from '../../harness/wait-until.js';
import { openTestService, type TestService } from '../http/http-service.js';

/** The rows of one test's spans: runs and calls by time. */
export interface Recorded {
  readonly project: number;
  readonly runs: readonly RunTotals[];
  readonly sessions: readonly SessionTotals[];
  readonly messages: readonly LoggedMessage[];
  readonly tool_calls: readonly LoggedToolCall[];
  /** Spans that waited for a parent until their wait ended. */
  readonly waited: number;
}

export interface RecordOptions {
  /** Spans that the emitter starts and never ends. Defaults to none. */
  readonly unfinished?: number;
  /** Spans whose parents are never exported. Defaults to none. */
  readonly waiting?: number;
}

/** A service that accepts OTLP, and a tracer provider that exports to it. */
export interface OtlpService {
  readonly provider: NodeTracerProvider;
  /** The OTLP address of a project, and its headers. */
  home(): Promise<OtlpHome>;
  /** Does work in a separate project, and reads the store when its spans are settled. */
  record(work: (home: OtlpHome) => unknown, options?: RecordOptions): Promise<Recorded>;
  /** The spans that wait for a parent, once nothing is in flight. */
  waiting(home: OtlpHome): Promise<readonly unknown[]>;
  /** Reads a project once nothing is in flight. */
  read(home: OtlpHome, waiting?: number): Promise<Recorded>;
}

export interface OtlpHome {
  readonly project: number;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Gives the tests of a file a real service with a worker. Each span is exported as it ends, in a
 * separate request, so children arrive before their parents. At the end, the totals must equal the
 * log.
 */
export function withOtlpService(encoding: 'json' | 'protobuf' = 'protobuf'): OtlpService {
  let service: TestService;
  let gauge: QueueGauge;
  let exporter: SpanExporter | undefined;
  let projects = 0;
  let [open, exporting] = [0, 0];

  const through: SpanExporter = {
    export(spans: ReadableSpan[], done: (result: ExportResult) => void) {
      if (exporter === undefined) return done({ code: ExportResultCode.FAILED });
      exporting += 1;
      exporter.export(spans, (result) => {
        exporting -= 1;
        done(result);
      });
    },
    shutdown: async () => undefined,
  };
  const counting: SpanProcessor = {
    onStart() {
      open += 1;
    },
    onEnd() {
      open -= 1;
    },
    forceFlush: async () => undefined,
    shutdown: async () => undefined,
  };
  const provider = new NodeTracerProvider({
    spanProcessors: [counting, new SimpleSpanProcessor(through)],
  });
  provider.register();

  beforeAll(async () => {
    service = await openTestService(fastestTier(), { limits: { requests_per_second: 100_000 } });
    gauge = await openQueueGauge(service.home.tier.queue, () => undefined);
  });
  afterAll(async () => {
    const { equal, differences, events } = await verify(service.home.tier.database);
    await gauge.close();
    await service.close();
    expect({ equal, differences }).toEqual({ equal: true, differences: [] });
    expect(events).toBeGreaterThan(0);
  });

  const home = async (): Promise<OtlpHome> => {
    const { database } = service.home.tier;
    const { id } = await createProject(database, { name: `emitter-${++projects}` });
    const { headers } = await service.key(id, ['ingest']);
    return { project: id, url: service.http.url, headers };
  };

  const waiting: OtlpService['waiting'] = async ({ project }) => {
    await waitUntil(
      () => gauge.read(0),
      ({ jobs }) => (jobs.waiting ?? 0) + (jobs.active ?? 0) + (jobs.delayed ?? 0) === 0,
      { what: 'an empty queue' },
    );
    const { database } = service.home.tier;
    return database.query('select * from runfold.waiting_spans where project = $1', [project]);
  };

  const read: OtlpService['read'] = async (here, waits = 0) => {
    const { database } = service.home.tier;
    const { project } = here;
    const { length: waited } = await waiting(here);
    expect(waited, 'spans that wait for a parent').toBe(waits);
    if (waited > 0) {
      const traces = await database.query<{ project: number; trace: string }>(
        `select project, replace(trace_id::text, '-', '') as trace
        from runfold_internal.otlp_trace where project = $1 and due_at is not null`,
        [project],
      );
      await openSpanInbox({ database }).settle({ traces });
    }
    const rejects = await database.query('select code from runfold_internal.rejected_event');
    expect(rejects).toEqual([]);
    const of = { project, limit: 200 };
    return {
      project,
      waited,
      runs: [...(await listRuns(database, of)).items].reverse(),
      sessions: [...(await listSessions(database, of)).items].reverse(),
      messages: (await listMessages(database, of)).items,
      tool_calls: (await listToolCalls(database, of)).items,
    };
  };

  return {
    provider,
    home,
    read,
    waiting,
    async record(work, { unfinished = 0, waiting: waits = 0 } = {}) {
      const here = await home();
      const Exporter = encoding === 'json' ? JsonExporter : ProtobufExporter;
      exporter = new Exporter({ url: `${here.url}/v1/traces`, headers: { ...here.headers } });
      const before = open;
      await work(here);
      await waitUntil(
        async () => ({ open: open - before, exporting }),
        (now) => now.open === unfinished && now.exporting === 0,
        { what: 'the end of every span' },
      );
      return read(here, waits);
    },
  };
}
